package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubChange.Counter;

/// What devices report row by row and the hub keeps for a time. Rows are numbered from 1 on,
/// without gaps but where a backup was restored, in the order in which they were taken; the oldest
/// go first.
public enum RowLog {
  /// What workloads counted and found.
  RESULTS(Counter.RESULTS_GONE, Counter.RESULTS_ABOVE),
  /// What happened to devices.
  EVENTS(Counter.EVENTS_GONE, Counter.EVENTS_ABOVE);

  /// How far a restore moves the numbers: more rows than a hub takes between two backups, and so
  /// few that numbers stay whole ones in JSON ([dev.tombolo.protocol.Limits#INTEGER_MAX]) for 8,000
  /// restores.
  static final long RESTORE_SKIPS = 1L << 40;

  private final Counter gone;
  private final Counter above;

  RowLog(Counter gone, Counter above) {
    this.gone = gone;
    this.above = above;
  }

  /// Rows up to this number have been dropped.
  Counter gone() {
    return gone;
  }

  /// How many rows have come by the time that one has this number.
  public static long countOf(long number) {
    return number % RESTORE_SKIPS;
  }

  /// Rows that come are numbered above it.
  Counter above() {
    return above;
  }
}
