package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// I4: nothing is switched to or started that the publisher did not sign, that is not whole on the
/// disk, that is meant for somebody else, or that lies below the security floor.
final class WhatIsLiveWasVerified extends Invariant {
  private final Facts facts;
  private final Function<Digest, @Nullable ReleaseManifest> published;
  private final Name fleet;

  /// @param published what the publisher signed; null for anything else
  WhatIsLiveWasVerified(
      Facts facts, Function<Digest, @Nullable ReleaseManifest> published, Name fleet) {
    super("I4");
    this.facts = facts;
    this.published = published;
    this.fleet = fleet;
  }

  @Override
  void agentDoes(Shop shop, AgentEffect effect, long nowMillis) {
    switch (effect) {
      case AgentEffect.Switch(var name, var release) -> {
        check(shop, name, release);
        ReleaseState state = facts.of(shop).releases.get(name);
        boolean isPersisted =
            (state instanceof ReleaseState.Switching at && at.wanted().release().equals(release))
                || (state instanceof ReleaseState.SwitchingBack back
                    && back.previous().release().equals(release));
        hold(
            isPersisted,
            shop.number(),
            () -> "the switch of " + name + " is done before it is written: " + state);
      }
      case AgentEffect.StartWorkload(var name, var release, var _) -> {
        check(shop, name, release);
        isInForce(shop, name, release);
      }
      case AgentEffect.ReloadWorkload(var name, var release, var _, var _) -> {
        check(shop, name, release);
        isInForce(shop, name, release);
      }
      default -> {}
    }
  }

  private void isInForce(Shop shop, Name name, Digest release) {
    hold(
        shop.current(name).equals(Optional.of(release)),
        shop.number(),
        () -> name + " is to run " + release.brief() + ", and the link says " + shop.current(name));
  }

  private void check(Shop shop, Name name, Digest release) {
    ReleaseManifest manifest = published.apply(release);
    if (manifest == null) {
      throw broken(
          shop.number(),
          "release " + release + " of " + name + " was never signed by the publisher");
    }
    hold(
        manifest.name().equals(name),
        shop.number(),
        () -> release + " is not a release of " + name);
    hold(
        manifest.fleets().contains("*") || manifest.fleets().contains(fleet.text()),
        shop.number(),
        () -> release + " is for " + manifest.fleets());
    hold(
        shop.staged().contains(release),
        shop.number(),
        () -> "release " + release.brief() + " of " + name + " does not stand whole on the disk");
    ReleaseState state = facts.of(shop).releases.get(name);
    boolean isNew =
        state instanceof ReleaseState.Switching || state instanceof ReleaseState.Probing;
    Long floor = facts.of(shop).securityFloors.get(name);
    hold(
        !isNew || floor == null || manifest.securityFloor() >= floor || isRunning(state, release),
        shop.number(),
        () -> release.brief() + " of " + name + " lies below the security floor " + floor);
  }

  private static boolean isRunning(@Nullable ReleaseState state, Digest release) {
    Optional<Assignment> live =
        switch (state) {
          case ReleaseState.Live at -> Optional.of(at.live());
          case null, default -> Optional.empty();
        };
    return live.filter(it -> it.release().equals(release)).isPresent();
  }
}
