package dev.tombolo.agent.daemon;

import dev.tombolo.agent.core.Now;

/// The machine's clocks.
final class WallClock {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private WallClock() {}

  static Now now() {
    return new Now(System.currentTimeMillis(), System.nanoTime() / NANOS_PER_MILLI);
  }

  /// The wall clock, but never earlier than this agent was built.
  static long trustedMillis() {
    return Math.max(AgentVersion.EARLIEST_MILLIS, System.currentTimeMillis());
  }
}
