package dev.tombolo.bench.simulation.invariant;

/// What a device has to do with a permit of a rollout.
public enum InFlight {
  NOT,
  /// It has one, and may switch at any moment.
  HOLDS,
  /// It is switching by it, or going back.
  USES
}
