package dev.tombolo.protocol.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of a device's outbox, in order. The hub commits them, then publishes [Acked]; only that
/// lets the device forget them. Rows at or below the high-water mark of the incarnation are repeats
/// and are dropped. Sequences grow but may have gaps (coalesced state, counted drops).
///
/// @param monotonicMillis the device's monotonic clock at sending, to date rows whose wall clock is
///   wrong: hub time at receipt minus (this minus the row's)
/// @param follows the row that was sent before the first one of this report, or is acknowledged:
///   those between the two were given up; null when there are none between them. A hub without that
///   row takes nothing of the report ([dev.tombolo.protocol.Features#FOLLOWS])
public record Report(
    String incarnation,
    String bootId,
    long wallMillis,
    long monotonicMillis,
    @Nullable Long follows,
    List<Row> rows) {
  public Report {
    rows = List.copyOf(rows);
  }

  /// Of rows between which none was given up.
  public Report(
      String incarnation, String bootId, long wallMillis, long monotonicMillis, List<Row> rows) {
    this(incarnation, bootId, wallMillis, monotonicMillis, null, rows);
  }

  /// The row that whoever takes this report must have.
  public long after() {
    if (follows != null) {
      return follows;
    }
    return rows.isEmpty() ? 0 : rows.getFirst().sequence() - 1;
  }

  /// One row of the outbox.
  ///
  /// @param bootId of the boot that wrote it; `monotonicMillis` counts within that boot
  public record Row(
      long sequence, String bootId, long wallMillis, long monotonicMillis, ReportBody body) {}
}
