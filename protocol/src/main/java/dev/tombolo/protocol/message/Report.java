package dev.tombolo.protocol.message;

import java.util.List;

/// Rows of a device's outbox, in order. The hub commits them, then publishes [Acked]; only that
/// lets the device forget them. Rows at or below the high-water mark of the incarnation are repeats
/// and are dropped. Sequences grow but may have gaps (coalesced state, counted drops).
///
/// @param monotonicMillis the device's monotonic clock at sending, to date rows whose wall clock is
///   wrong: hub time at receipt minus (this minus the row's)
public record Report(
    String incarnation, String bootId, long wallMillis, long monotonicMillis, List<Row> rows) {
  public Report {
    rows = List.copyOf(rows);
  }

  /// One row of the outbox.
  ///
  /// @param bootId of the boot that wrote it; `monotonicMillis` counts within that boot
  public record Row(
      long sequence, String bootId, long wallMillis, long monotonicMillis, ReportBody body) {}
}
