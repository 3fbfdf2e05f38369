package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubChange.Counter;

/// What devices report row by row and the hub keeps for a time. Rows are numbered from 1 on without
/// gaps in the order in which they were taken; the oldest go first.
public enum RowLog {
  /// What workloads counted and found.
  RESULTS(Counter.RESULTS_GONE),
  /// What happened to devices.
  EVENTS(Counter.EVENTS_GONE);

  private final Counter gone;

  RowLog(Counter gone) {
    this.gone = gone;
  }

  /// Rows up to this number have been dropped.
  Counter gone() {
    return gone;
  }
}
