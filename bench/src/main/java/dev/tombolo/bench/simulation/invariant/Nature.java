package dev.tombolo.bench.simulation.invariant;

/// What becomes of a release wherever it runs, as only its publisher knows.
public enum Nature {
  WORKS,
  /// It may end after its probes have passed.
  MAY_PASS,
  /// It never passes its probes for as long as it has to.
  NEVER_PASSES
}
