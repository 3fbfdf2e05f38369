package dev.tombolo.hub.device;

import dev.tombolo.protocol.message.Report;

/// Dates a report's row by the hub's clock, however wrong the device's is.
public final class RowTime {
  /// A device clock this near the hub's is believed for rows of an earlier boot.
  static final long BELIEVED_OFF_MILLIS = 5 * 60 * 1000;

  private RowTime() {}

  /// Within the boot that sends, monotonic time tells how long ago it was. A row of an earlier boot
  /// is dated by the device's wall clock if that is right now, else by its arrival.
  public static long of(Report report, Report.Row row, long nowMillis) {
    if (row.bootId().equals(report.bootId())) {
      long ago = report.monotonicMillis() - row.monotonicMillis();
      return ago >= 0 && ago <= nowMillis ? nowMillis - ago : nowMillis;
    }
    boolean isClockRight = Math.abs(report.wallMillis() - nowMillis) <= BELIEVED_OFF_MILLIS;
    return isClockRight && row.wallMillis() > 0 ? Math.min(row.wallMillis(), nowMillis) : nowMillis;
  }
}
