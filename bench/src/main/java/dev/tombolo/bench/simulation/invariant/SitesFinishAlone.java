package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// I8, of a site whose hub is gone: what a device is to fetch and a neighbour has whole, it has
/// after a while. Only of those that nothing else befalls meanwhile.
final class SitesFinishAlone extends Invariant {
  private final Facts facts;

  /// Devices that wait, by their numbers.
  private final Map<Integer, Waiting> waiting = new HashMap<>();

  /// In which run of its agent a device was last given something wrong: it may have been given of
  /// it by this neighbour too, which it does not ask for that again until it is started anew.
  private final Map<Integer, Long> wrong = new HashMap<>();

  private record Waiting(Name application, Assignment wanted, long starts) {}

  SitesFinishAlone(Facts facts) {
    super("I8");
    this.facts = facts;
  }

  /// The hub is gone from now on.
  ///
  /// @return whether the one is to have by the end what the other has
  boolean begins(Shop shop, Name application, Assignment wanted, Shop neighbour) {
    WindowRule rule = WindowRule.of(facts.of(shop));
    boolean mayFetch =
        !rule.hasWindows()
            && !rule.isPaused()
            && wrong.getOrDefault(shop.number(), -1L) != shop.starts();
    if (!mayFetch || !isFetching(shop, application, wanted) || !names(shop, neighbour)) {
      return false;
    }
    waiting.put(shop.number(), new Waiting(application, wanted, shop.starts()));
    return true;
  }

  private boolean isFetching(Shop shop, Name application, Assignment wanted) {
    return facts.of(shop).releases.get(application) instanceof ReleaseState.Fetching at
        && at.wanted().equals(wanted)
        // It may have all of it, and wait for leave to build over what runs.
        && at.live().filter(wanted::sharesFolder).isEmpty();
  }

  private boolean names(Shop shop, Shop neighbour) {
    DeviceId other = neighbour.device().orElse(null);
    return other != null
        && !facts.wasCopied(other)
        && WindowRule.section(facts.of(shop), Section.PEERS)
            .map(NeighboursAreNamed::section)
            .filter(it -> it.peers().stream().anyMatch(peer -> peer.device().equals(other)))
            .isPresent();
  }

  /// It goes on, wants something else, or fetches anew what it could not use.
  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    Waiting its = waiting.isEmpty() ? null : waiting.get(shop.number());
    if (its == null) {
      return;
    }
    for (AgentChange change : changes) {
      boolean isOver =
          switch (change) {
            case AgentChange.ApplicationKept(var it) ->
                it.name().equals(its.application())
                    && !isFetching(shop, its.application(), its.wanted());
            case AgentChange.ApplicationRemoved(var name) -> name.equals(its.application());
            default -> false;
          };
      if (isOver) {
        waiting.remove(shop.number());
      }
    }
  }

  /// What somebody gave was wrong, or could not be written.
  void takes(Shop shop, AgentEvent event) {
    if (event instanceof AgentEvent.FetchFailed it && !(it.reason() instanceof Reason.LineDown)) {
      waiting.remove(shop.number());
      if (it.reason() instanceof Reason.DigestMismatch) {
        wrong.put(shop.number(), shop.starts());
      }
    }
  }

  /// The hub has been gone for long enough.
  ///
  /// @param mayHave whether nothing has befallen the neighbour, nor this one's disk
  /// @return whether it waited for nothing else to the end
  boolean ends(Shop shop, boolean mayHave) {
    Waiting its = waiting.remove(shop.number());
    if (its == null) {
      return true;
    }
    hold(
        !mayHave || shop.starts() != its.starts() || !shop.isUp(),
        shop.number(),
        () ->
            its.application()
                + " is still to come, though a neighbour has it whole and the hub is gone: "
                + facts.of(shop).releases.get(its.application()));
    return false;
  }
}
