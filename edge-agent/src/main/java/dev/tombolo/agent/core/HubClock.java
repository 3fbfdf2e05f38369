package dev.tombolo.agent.core;

/// The time by which the dates of the hub's certificate are judged.
@FunctionalInterface
public interface HubClock {
  /// Since 1970-01-01T00:00Z.
  long nowMillis();

  /// The dates did not fit: certificate or clock is wrong.
  default void doubted() {}
}
