package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.hub.core.ReportRow;
import dev.tombolo.hub.core.RowBlock;
import dev.tombolo.hub.core.RowLog;
import dev.tombolo.hub.core.RowQuota;
import dev.tombolo.protocol.message.ReportBody;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// I12, at the hub: rows are numbered without a gap, only the oldest go, only when they have to,
/// and all that went are counted.
final class RowsGoInTurn extends Invariant {
  /// Rows go a block at each tick, and ticks come a second apart while there is work.
  private static final int ROWS_OVER_MAX = 4_000;

  private final Facts facts;
  private final Map<RowLog, RowQuota> quotas;
  private final EnumMap<RowLog, Long> last = new EnumMap<>(RowLog.class);
  private final EnumMap<RowLog, Long> gone = new EnumMap<>(RowLog.class);
  private final EnumMap<RowLog, TreeMap<Long, RowBlock>> kept = new EnumMap<>(RowLog.class);

  RowsGoInTurn(Facts facts, RowQuota results, RowQuota events) {
    super("I12");
    this.facts = facts;
    this.quotas = Map.of(RowLog.RESULTS, results, RowLog.EVENTS, events);
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange change : changes) {
      switch (change) {
        case HubChange.RowsTaken taken -> taken.rows().forEach(this::numbered);
        case HubChange.BlockPut(var block) -> put(block);
        case HubChange.BlockDropped(var block) -> dropped(block);
        default -> {}
      }
    }
    for (RowLog log : RowLog.values()) {
      whole(log);
    }
  }

  @Override
  Runnable bookmark() {
    Map<RowLog, Long> lastThen = Map.copyOf(last);
    Map<RowLog, Long> goneThen = Map.copyOf(gone);
    Map<RowLog, TreeMap<Long, RowBlock>> keptThen = new EnumMap<>(RowLog.class);
    kept.forEach((log, blocks) -> keptThen.put(log, new TreeMap<>(blocks)));
    return () -> {
      last.clear();
      last.putAll(lastThen);
      gone.clear();
      gone.putAll(goneThen);
      kept.clear();
      keptThen.forEach((log, blocks) -> kept.put(log, new TreeMap<>(blocks)));
    };
  }

  private void numbered(ReportRow row) {
    RowLog log =
        switch (row.body()) {
          case ReportBody.Result _ -> RowLog.RESULTS;
          case ReportBody.Happened _, ReportBody.Dropped _ -> RowLog.EVENTS;
          case ReportBody.State _ -> null;
        };
    if (log != null) {
      long expected = Math.max(last.getOrDefault(log, 0L), above(log)) + 1;
      hold(
          row.number() == expected,
          -1,
          () -> "a row of " + log + " gets number " + row.number() + ", not " + expected);
      last.put(log, expected);
    }
  }

  private void put(RowBlock block) {
    TreeMap<Long, RowBlock> there = kept(block.log());
    Map.Entry<Long, RowBlock> newest = there.lastEntry();
    long before = newest == null ? gone.getOrDefault(block.log(), 0L) : newest.getValue().last();
    long next =
        newest != null && newest.getKey().equals(block.first())
            ? block.first()
            : Math.max(before, above(block.log())) + 1;
    hold(block.first() == next, -1, () -> block + " does not begin with row " + next);
    there.put(block.first(), block);
  }

  private void dropped(RowBlock block) {
    RowLog log = block.log();
    TreeMap<Long, RowBlock> there = kept(log);
    hold(
        !there.isEmpty() && there.firstEntry().getValue().equals(block),
        -1,
        () -> block + " is dropped and is not the oldest");
    RowQuota quota = quotas.get(log);
    long rows = RowLog.countOf(last.getOrDefault(log, 0L)) - RowLog.countOf(block.first()) + 1;
    hold(
        quota == null
            || facts.hub.clockMillis - block.takenMillis() > quota.keep().toMillis()
            || rows > quota.rowsMax(),
        -1,
        () -> block + " is dropped before it has to be");
    there.remove(block.first());
    gone.put(log, block.last());
  }

  /// What a restore has moved the numbers to.
  private long above(RowLog log) {
    Counter counter =
        switch (log) {
          case RESULTS -> Counter.RESULTS_ABOVE;
          case EVENTS -> Counter.EVENTS_ABOVE;
        };
    return facts.hub.counters.getOrDefault(counter, 0L);
  }

  private void whole(RowLog log) {
    Map.Entry<Long, RowBlock> block = kept(log).lastEntry();
    long newest = last.getOrDefault(log, 0L);
    hold(
        newest == (block == null ? gone.getOrDefault(log, 0L) : block.getValue().last()),
        -1,
        () -> "row " + newest + " of " + log + " stands in no block");
    Counter counter =
        switch (log) {
          case RESULTS -> Counter.RESULTS_GONE;
          case EVENTS -> Counter.EVENTS_GONE;
        };
    long counted = facts.hub.counters.getOrDefault(counter, 0L);
    hold(
        counted == gone.getOrDefault(log, 0L),
        -1,
        () -> counted + " rows of " + log + " are counted as gone, and " + gone.get(log) + " are");
    RowQuota quota = quotas.get(log);
    hold(
        quota == null
            || RowLog.countOf(newest) - RowLog.countOf(counted) <= quota.rowsMax() + ROWS_OVER_MAX,
        -1,
        () -> (newest - counted) + " rows of " + log + " are kept");
  }

  private TreeMap<Long, RowBlock> kept(RowLog log) {
    return kept.computeIfAbsent(log, unseen -> new TreeMap<>());
  }
}
