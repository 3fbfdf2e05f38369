package dev.tombolo.hub.core;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.message.ReportBody;
import java.nio.charset.StandardCharsets;

/// Neighbouring rows of a log, which are dropped together. Small enough to be deleted within one
/// step.
///
/// @param first number of its first row
/// @param last number of its last row
/// @param bytes of its rows, as [#bytesOf] estimates them
/// @param takenMillis when the newest of them came
public record RowBlock(RowLog log, long first, long last, long bytes, long takenMillis) {
  /// So few that they can be deleted within one step, each with its entry in the index by device.
  static final int ROWS_MAX = 100;

  /// A block takes no more rows once it has so many bytes.
  static final long BYTES_MAX = 128 * 1024;

  /// A row beside its text: numbers, names and its entries in the indexes.
  static final int ROW_BYTES = 256;

  long rows() {
    return last - first + 1;
  }

  boolean isFull() {
    return rows() >= ROWS_MAX || bytes >= BYTES_MAX;
  }

  RowBlock plus(long rowBytes, long nowMillis) {
    return new RowBlock(log, first, last + 1, bytes + rowBytes, nowMillis);
  }

  /// About what a row takes on the disk.
  static long bytesOf(ReportBody body) {
    String text = body instanceof ReportBody.Result result ? result.json() : Json.write(body);
    return ROW_BYTES + text.getBytes(StandardCharsets.UTF_8).length;
  }
}
