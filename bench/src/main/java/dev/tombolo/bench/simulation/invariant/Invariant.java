package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubEffect;
import java.util.List;
import java.util.function.Supplier;

/// Something that must always hold. Looks at what an event can have changed, right after it. To add
/// one: a subclass, and its name in [Invariants].
public abstract class Invariant {
  private final String name;

  Invariant(String name) {
    this.name = name;
  }

  /// These are durable now, and [HubFacts] knows them.
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {}

  /// The hub is about to do this.
  void hubDoes(HubEffect effect, long nowMillis) {}

  /// These are durable now.
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {}

  /// The agent is about to do this.
  void agentDoes(Shop shop, AgentEffect effect, long nowMillis) {}

  /// What only a look at everything shows; every now and then.
  void whole(List<? extends Shop> shops, long nowMillis) {}

  /// What puts its knowledge of the hub's database back to this moment.
  Runnable bookmark() {
    return () -> {};
  }

  final void hold(boolean holds, int shop, String otherwise) {
    if (!holds) {
      throw new InvariantBroken(name, shop, otherwise);
    }
  }

  /// @param otherwise made only when it is needed: worlds look millions of times
  final void hold(boolean holds, int shop, Supplier<String> otherwise) {
    if (!holds) {
      throw new InvariantBroken(name, shop, otherwise.get());
    }
  }

  final InvariantBroken broken(int shop, String how) {
    return new InvariantBroken(name, shop, how);
  }

  final String name() {
    return name;
  }
}
