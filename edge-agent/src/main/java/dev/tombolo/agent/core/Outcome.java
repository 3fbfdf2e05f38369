package dev.tombolo.agent.core;

import dev.tombolo.agent.outbox.OutboxChange;
import java.util.ArrayList;
import java.util.List;

/// Collects the changes and effects of one step.
final class Outcome {
  private final List<AgentChange> changes = new ArrayList<>();
  private final List<AgentEffect> effects = new ArrayList<>();

  void change(AgentChange change) {
    changes.add(change);
  }

  void change(OutboxChange change) {
    changes.add(new AgentChange.OutboxChanged(change));
  }

  void effect(AgentEffect effect) {
    effects.add(effect);
  }

  Step step() {
    return new Step(changes, effects);
  }
}
