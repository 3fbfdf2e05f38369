package dev.tombolo.bench.simulation.engine;

/// Times of the simulated world, as people read them: `day 12 07:45:03.120`.
public final class VirtualTime {
  /// When every world begins: 2027-01-15T08:00:00Z.
  public static final long BEGIN_MILLIS = 1_800_000_000_000L;

  public static final long SECOND = 1_000;
  public static final long MINUTE = 60 * SECOND;
  public static final long HOUR = 60 * MINUTE;
  public static final long DAY = 24 * HOUR;

  private VirtualTime() {}

  public static String text(long millis) {
    long since = millis - BEGIN_MILLIS;
    long inDay = Math.floorMod(since, DAY);
    return String.format(
        "day %d %02d:%02d:%02d.%03d",
        Math.floorDiv(since, DAY),
        inDay / HOUR,
        inDay / MINUTE % 60,
        inDay / SECOND % 60,
        inDay % SECOND);
  }
}
