package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.util.List;
import java.util.Optional;

/// I6: the link points to what is in force, which stands whole; what there is to fall back on
/// stands too until health is confirmed.
final class OneReleaseIsLive extends Invariant {
  private final Facts facts;

  OneReleaseIsLive(Facts facts) {
    super("I6");
    this.facts = facts;
  }

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.ApplicationKept(var it)) {
        check(shop, it.name(), it.state());
      }
    }
  }

  @Override
  void whole(List<? extends Shop> shops, long nowMillis) {
    for (Shop shop : shops) {
      facts.of(shop).releases.forEach((name, state) -> check(shop, name, state));
    }
  }

  private void check(Shop shop, Name name, ReleaseState state) {
    switch (state) {
      case ReleaseState.Absent _, ReleaseState.Removing _ -> {}
      case ReleaseState.Fetching at -> runs(shop, name, at.live());
      case ReleaseState.Staging at -> runs(shop, name, at.live());
      case ReleaseState.Staged at -> {
        runs(shop, name, at.live());
        stands(shop, name, at.wanted().release());
      }
      case ReleaseState.Switching at -> {
        at.live().ifPresent(live -> stands(shop, name, live.release()));
        stands(shop, name, at.wanted().release());
      }
      case ReleaseState.Probing at -> {
        runs(shop, name, Optional.of(at.wanted()));
        at.previous().ifPresent(previous -> stands(shop, name, previous.release()));
      }
      case ReleaseState.Live at -> {
        runs(shop, name, Optional.of(at.live()));
        at.previous().ifPresent(previous -> stands(shop, name, previous.release()));
      }
      case ReleaseState.SwitchingBack at -> stands(shop, name, at.previous().release());
      case ReleaseState.Restoring at -> runs(shop, name, Optional.of(at.previous()));
      case ReleaseState.RolledBack at -> runs(shop, name, at.live());
    }
  }

  private void runs(Shop shop, Name name, Optional<Assignment> live) {
    if (live.isPresent()) {
      Digest release = live.get().release();
      stands(shop, name, release);
      hold(
          shop.current(name).equals(Optional.of(release)),
          shop.number(),
          () ->
              name + " counts on " + release.brief() + ", and the link says " + shop.current(name));
    }
  }

  private void stands(Shop shop, Name name, Digest release) {
    hold(
        shop.staged().contains(release),
        shop.number(),
        () -> name + " counts on release " + release.brief() + ", which is not on the disk");
  }
}
