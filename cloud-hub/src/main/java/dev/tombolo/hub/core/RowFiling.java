package dev.tombolo.hub.core;

import dev.tombolo.protocol.message.ReportBody;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Gives the new rows of one report their numbers in the logs, and the blocks they stand in.
final class RowFiling {
  private final HubState state;
  private final long nowMillis;
  private final Map<RowLog, RowBlock> open = new EnumMap<>(RowLog.class);
  private final List<RowBlock> full = new ArrayList<>(1);

  RowFiling(HubState state, long nowMillis) {
    this.state = state;
    this.nowMillis = nowMillis;
  }

  /// The number a row gets; 0 for a state, of which only the newest is kept.
  long file(ReportBody body) {
    RowLog log = logOf(body);
    if (log == null) {
      return 0;
    }
    RowBlock newest = open.containsKey(log) ? open.get(log) : state.blocks(log).newest();
    long last = newest == null ? state.counter(log.gone()) : newest.last();
    long number = Math.max(last, state.counter(log.above())) + 1;
    long bytes = RowBlock.bytesOf(body);
    if (newest == null || newest.isFull() || number > last + 1) {
      if (open.containsKey(log)) {
        full.add(newest);
      }
      open.put(log, new RowBlock(log, number, number, bytes, nowMillis));
    } else {
      open.put(log, newest.plus(bytes, nowMillis));
    }
    return number;
  }

  /// Those that are new or have grown, oldest first.
  void tell(StepDraft draft) {
    full.forEach(block -> draft.change(new HubChange.BlockPut(block)));
    open.values().forEach(block -> draft.change(new HubChange.BlockPut(block)));
  }

  private static @Nullable RowLog logOf(ReportBody body) {
    return switch (body) {
      case ReportBody.Result result -> RowLog.RESULTS;
      case ReportBody.Happened happened -> RowLog.EVENTS;
      case ReportBody.Dropped dropped -> RowLog.EVENTS;
      case ReportBody.State told -> null;
    };
  }
}
