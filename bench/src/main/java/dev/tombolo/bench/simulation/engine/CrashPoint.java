package dev.tombolo.bench.simulation.engine;

/// Where a process dies.
public enum CrashPoint {
  /// While nothing is under way.
  IDLE,
  /// Decided, not durable.
  BEFORE_COMMIT,
  /// Durable, nothing of it acted on.
  AFTER_COMMIT,
  /// Some of the effects are done.
  AMONG_EFFECTS
}
