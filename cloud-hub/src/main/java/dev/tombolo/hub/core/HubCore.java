package dev.tombolo.hub.core;

/// Routes every event to who decides it. Pure: reads the state, changes nothing.
public final class HubCore {
  private final HubState state;

  public HubCore(HubSettings settings, HubState state) {
    this.state = state;
  }

  /// What `event` leads to. The caller commits the changes, applies them to the state, and then
  /// acts on the effects.
  public Step step(HubEvent event, long nowMillis) {
    return new StepDraft(nowMillis, state.lastAudit).finish();
  }

  /// True when a slice of work is left for the next [HubEvent.Ticked].
  public boolean isWorkLeft() {
    return !state.staleDocuments.isEmpty();
  }
}
