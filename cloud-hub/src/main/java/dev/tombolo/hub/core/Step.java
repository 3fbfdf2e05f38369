package dev.tombolo.hub.core;

import java.util.List;

/// What one event leads to: changes to commit, and effects to act on once they are committed.
public record Step(List<HubChange> changes, List<HubEffect> effects) {
  public static final Step NOTHING = new Step(List.of(), List.of());
}
