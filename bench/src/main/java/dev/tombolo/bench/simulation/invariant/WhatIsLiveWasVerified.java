package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// I4: nothing is switched to or started that the publisher did not sign, that is not whole on the
/// disk, that is meant for somebody else or for another machine, or that lies below the security
/// floor.
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
      case AgentEffect.Stage(var name, var release, var files) ->
          isOfThisMachine(shop, name, release, files);
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

  /// What is staged is the first of the release's variants that the machine can run, or the one
  /// that ran before it could run another.
  private void isOfThisMachine(Shop shop, Name name, Digest release, List<Variant.File> files) {
    ReleaseManifest manifest = published.apply(release);
    if (manifest == null) {
      // Nor may it be switched to, which is what counts.
      return;
    }
    Optional<Variant> its = Variants.of(manifest, shop.machine());
    hold(
        its.isPresent(),
        shop.number(),
        () -> release.brief() + " of " + name + " is for no machine like this");
    hold(
        its.get().files().equals(files) || hasRun(shop, name, manifest, files),
        shop.number(),
        () -> release.brief() + " of " + name + " is staged as another variant of it");
  }

  private boolean hasRun(Shop shop, Name name, ReleaseManifest manifest, List<Variant.File> files) {
    ReleaseState state = facts.of(shop).releases.get(name);
    Optional<Assignment> before =
        switch (state) {
          case ReleaseState.Fetching at -> at.live();
          case ReleaseState.Staging at -> at.live();
          // Its folder was built over; while the switch waits it gets its own files again.
          case ReleaseState.Staged at -> at.live();
          case ReleaseState.Switching at -> at.live();
          case ReleaseState.Probing at -> at.previous();
          case ReleaseState.Live at -> Optional.of(at.live());
          case ReleaseState.SwitchingBack at -> Optional.of(at.previous());
          case ReleaseState.Restoring at -> Optional.of(at.previous());
          case ReleaseState.RolledBack at -> at.live();
          case null, default -> Optional.empty();
        };
    return before
        .filter(it -> published.apply(it.release()) == manifest)
        .filter(it -> it.variant() >= 0 && it.variant() < manifest.variants().size())
        .filter(it -> manifest.variants().get(it.variant()).files().equals(files))
        .isPresent();
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
