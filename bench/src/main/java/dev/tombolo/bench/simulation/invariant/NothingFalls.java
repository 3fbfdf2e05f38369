package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.outbox.OutboxChange;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.History;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// I5: epochs, revisions, floors, counts and sequences only grow.
final class NothingFalls extends Invariant {
  private final Facts facts;
  private final Map<DeviceId, Long> revisions = new HashMap<>();
  private final EnumMap<Counter, Long> counters = new EnumMap<>(Counter.class);

  NothingFalls(Facts facts) {
    super("I5");
    this.facts = facts;
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange change : changes) {
      switch (change) {
        case HubChange.DocumentPut(var document) -> {
          Long before = revisions.put(document.device(), document.revision());
          hold(
              before == null || document.revision() > before,
              facts.numberOf(document.device()),
              () -> "the hub made revision " + document.revision() + " after " + before);
        }
        case HubChange.CounterMoved(var counter, var value) -> {
          Long before = counters.put(counter, value);
          hold(
              before == null || value > before,
              -1,
              () -> counter + " went from " + before + " to " + value);
        }
        default -> {}
      }
    }
  }

  /// A device that saw a higher revision is told by the higher epoch.
  @Override
  Runnable bookmark() {
    Map<DeviceId, Long> revisionsThen = Map.copyOf(revisions);
    Map<Counter, Long> countersThen = Map.copyOf(counters);
    return () -> {
      revisions.clear();
      revisions.putAll(revisionsThen);
      counters.clear();
      counters.putAll(countersThen);
    };
  }

  /// Seen before [ShopFacts] takes it.
  void agentCommits(Shop shop, ShopFacts its, AgentChange change) {
    switch (change) {
      case AgentChange.ConnectCounted(var count) -> grows(shop, "connects", its.connects, count);
      case AgentChange.TimeFloorRaised(var millis) ->
          grows(shop, "time floor", its.timeFloorMillis, millis);
      case AgentChange.SecurityFloorRaised(var name, var floor) ->
          grows(
              shop, "security floor of " + name, its.securityFloors.getOrDefault(name, 0L), floor);
      case AgentChange.DocumentHeld(var document) -> {
        HeldDocument held = its.held;
        if (held != null) {
          History before = held.manifest().history();
          History after = document.manifest().history();
          hold(
              after.epoch() > before.epoch()
                  || (after.equals(before) && document.revision() > held.revision()),
              shop.number(),
              () ->
                  "revision "
                      + document.revision()
                      + " of "
                      + after
                      + " comes in force after "
                      + held.revision()
                      + " of "
                      + before);
        }
      }
      case AgentChange.OutboxChanged(OutboxChange.Appended(var entry, var _)) ->
          grows(shop, "rows", its.lastSequence, entry.sequence());
      case AgentChange.OutboxChanged(OutboxChange.Forgotten(var through)) ->
          grows(shop, "forgotten rows", its.forgottenThrough, through);
      default -> {}
    }
  }

  private void grows(Shop shop, String what, long before, long after) {
    hold(after > before, shop.number(), () -> what + " went from " + before + " to " + after);
  }
}
