package dev.tombolo.agent.outbox;

import dev.tombolo.protocol.message.Report;
import java.util.List;

/// Reads rows of the outbox that are durable.
public interface OutboxRows {
  /// The rows above `sequence`, lowest first: as many as stay within both bounds, but at least one
  /// if there is any.
  List<Report.Row> after(long sequence, int rowsMax, int bytesMax);
}
