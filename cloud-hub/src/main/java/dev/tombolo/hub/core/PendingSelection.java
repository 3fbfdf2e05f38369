package dev.tombolo.hub.core;

/// A release that is to be selected, by an assignment or a rollout, where that may go wrong on one
/// device and not on another: each slot in reach is looked at before anything is written.
///
/// ```
/// Looking --the last slot is sound--> the command is done
///    |
///    +-- one is not --> refused
/// ```
///
/// @param asked the command, which changes nothing so far
/// @param before things as they are
/// @param after as they will be
record PendingSelection(
    HubEvent.AdminAsked asked, ScopeWalk walk, ReachCount count, Planned before, Planned after)
    implements PendingChange {
  @Override
  public long request() {
    return asked.request();
  }

  @Override
  public boolean isHalfWritten() {
    return false;
  }

  PendingSelection at(ScopeWalk next, ReachCount looked) {
    return new PendingSelection(asked, next, looked, before, after);
  }
}
