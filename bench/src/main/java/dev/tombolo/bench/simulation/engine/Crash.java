package dev.tombolo.bench.simulation.engine;

/// The process dies here. An error, so that nothing between the crash and the machine survives it.
public final class Crash extends Error {
  private static final long serialVersionUID = 1;

  private final CrashPoint point;

  public Crash(CrashPoint point) {
    super(point.name(), null, false, false);
    this.point = point;
  }

  public CrashPoint point() {
    return point;
  }
}
