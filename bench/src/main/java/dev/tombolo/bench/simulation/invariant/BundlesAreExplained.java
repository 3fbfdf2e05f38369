package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// I8, of bundles: a download never grows in silence. Where a bundle came to nothing, the way that
/// is gone instead has a cause.
final class BundlesAreExplained extends Invariant {
  private final Facts facts;

  /// Applications whose bundle has just come to nothing.
  private final Map<Integer, Map<Name, String>> failed = new HashMap<>();

  BundlesAreExplained(Facts facts) {
    super("I8");
    this.facts = facts;
  }

  /// An agent is about to take this in.
  void takes(Shop shop, AgentEvent event) {
    switch (event) {
      case AgentEvent.BundleFailed it when it.isFinal() -> {
        if (bundle(shop, it.application()).equals(Optional.of(it.bundle()))) {
          noted(shop, it.application(), "the bundle could not be applied: " + it.reason());
        }
      }
      case AgentEvent.BundleLookedFor(
              var name,
              var release,
              var _,
              AgentEvent.BundleAnswer.None none)
          when none.isFinal() -> {
        if (facts.of(shop).releases.get(name) instanceof ReleaseState.Fetching at
            && at.wanted().release().equals(release)
            && at.route() instanceof Route.Asking) {
          noted(shop, name, "there is no bundle: " + none.reason());
        }
      }
      default -> {}
    }
  }

  private void noted(Shop shop, Name application, String why) {
    failed.computeIfAbsent(shop.number(), unseen -> new HashMap<>()).put(application, why);
  }

  private Optional<Digest> bundle(Shop shop, Name application) {
    return facts.of(shop).releases.get(application) instanceof ReleaseState.Fetching at
            && at.route() instanceof Route.ByBundle by
        ? Optional.of(by.bundle())
        : Optional.empty();
  }

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    Map<Name, String> its = failed.get(shop.number());
    if (its == null || its.isEmpty()) {
      return;
    }
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.ApplicationKept(var it)) {
        String why = its.remove(it.name());
        hold(
            why == null
                || !(it.state() instanceof ReleaseState.Fetching at)
                || at.route().cause().isPresent(),
            shop.number(),
            () -> it.name() + " comes another way and does not say why, and " + why);
      }
    }
  }
}
