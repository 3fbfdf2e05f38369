package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.protocol.id.Name;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// I8, of bundles: a download never grows in silence. Where a bundle came to nothing, the way that
/// is gone instead has a cause; and so has a bundle from nothing where something is live. Nor is a
/// way gone again that came to nothing: who could not build on what is live does not ask for it.
final class BundlesAreExplained extends Invariant {
  private final Facts facts;

  /// Applications whose bundle has just come to nothing.
  private final Map<Integer, Map<Name, Failed>> failed = new HashMap<>();

  /// @param millis when the agent heard of it: it acts on it at once, or the news is lost with it
  private record Failed(Assignment wanted, long millis, String why) {}

  BundlesAreExplained(Facts facts) {
    super("I8");
    this.facts = facts;
  }

  /// An agent is about to take this in.
  void takes(Shop shop, AgentEvent event, long nowMillis) {
    switch (event) {
      case AgentEvent.BundleFailed it when it.isFinal() -> {
        if (facts.of(shop).releases.get(it.application()) instanceof ReleaseState.Fetching at
            && at.route() instanceof Route.ByBundle by
            && by.bundle().equals(it.bundle())) {
          String why = "the bundle could not be applied: " + it.reason();
          noted(shop, it.application(), new Failed(at.wanted(), nowMillis, why));
        }
      }
      case AgentEvent.BundleLookedFor(
              var name,
              var release,
              var _,
              var _,
              AgentEvent.BundleAnswer.None none)
          when none.isFinal() -> {
        if (facts.of(shop).releases.get(name) instanceof ReleaseState.Fetching at
            && at.wanted().release().equals(release)
            && at.route() instanceof Route.Asking) {
          String why = "there is no bundle: " + none.reason();
          noted(shop, name, new Failed(at.wanted(), nowMillis, why));
        }
      }
      default -> {}
    }
  }

  private void noted(Shop shop, Name application, Failed its) {
    failed.computeIfAbsent(shop.number(), unseen -> new HashMap<>()).put(application, its);
  }

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.ApplicationKept(var it)
          && it.state() instanceof ReleaseState.Fetching at) {
        boolean buildsOnLive =
            switch (at.route()) {
              case Route.Asking asking -> asking.fromLive();
              case Route.ByBundle by -> by.base().isPresent();
              case Route.ByFiles _ -> false;
            };
        hold(
            !buildsOnLive || at.route().cause().isEmpty(),
            shop.number(),
            () -> it.name() + " builds on what is live again, though " + at.route().cause());
        hold(
            buildsOnLive
                || at.live().isEmpty()
                || !(at.route() instanceof Route.ByBundle by)
                || by.cause().isPresent(),
            shop.number(),
            () -> it.name() + " comes whole though something of it is live, and does not say why");
      }
    }
    Map<Name, Failed> its = failed.get(shop.number());
    if (its == null || its.isEmpty()) {
      return;
    }
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.ApplicationKept(var it)) {
        Failed last = its.remove(it.name());
        hold(
            last == null
                || last.millis() != nowMillis
                || !(it.state() instanceof ReleaseState.Fetching at)
                || !at.wanted().equals(last.wanted())
                || at.route().cause().isPresent(),
            shop.number(),
            () -> it.name() + " comes another way and does not say why, and " + last);
      }
    }
  }
}
