package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// I6: what works stays, and what does not work never goes live. Whether a release works is known
/// from its publisher, what befell its process from the world, and whether the machine, which may
/// be another since the agent was started anew, can run it at all from both.
final class SetbacksAreDeserved extends Invariant {
  /// Who takes the agent down so often before it is proven is held for guilty.
  private static final int STARTS_MIN = 5;

  private final Function<Digest, Nature> natures;
  private final Function<Digest, @Nullable ReleaseManifest> published;
  private final Map<Integer, Map<Name, Probation>> probations = new HashMap<>();

  SetbacksAreDeserved(
      Function<Digest, Nature> natures, Function<Digest, @Nullable ReleaseManifest> published) {
    super("I6");
    this.natures = natures;
    this.published = published;
  }

  /// A release that has to prove itself.
  ///
  /// @param starts of the device's agent before
  private record Probation(Digest release, long sinceMillis, long starts) {}

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.ApplicationKept(var it)) {
        kept(shop, it.name(), it.state(), nowMillis);
      }
    }
  }

  private void kept(Shop shop, Name name, ReleaseState state, long nowMillis) {
    switch (state) {
      case ReleaseState.Probing at -> begins(shop, name, at.wanted().release(), nowMillis);
      case ReleaseState.SwitchingBack at -> fails(shop, name, at.failed(), state);
      case ReleaseState.RolledBack at -> fails(shop, name, at.failed(), state);
      case ReleaseState.Live at -> {
        ends(shop, name);
        hold(
            natures.apply(at.live().release()) != Nature.NEVER_PASSES,
            shop.number(),
            () -> at.live().version() + " of " + name + " is live, and its probes do not pass");
      }
      case ReleaseState.Absent _,
          ReleaseState.Fetching _,
          ReleaseState.Staging _,
          ReleaseState.Staged _,
          ReleaseState.Switching _,
          ReleaseState.Restoring _,
          ReleaseState.Removing _ ->
          ends(shop, name);
    }
  }

  private void begins(Shop shop, Name name, Digest release, long nowMillis) {
    Map<Name, Probation> its = probations.computeIfAbsent(shop.number(), unseen -> new HashMap<>());
    Probation known = its.get(name);
    if (known == null || !known.release().equals(release)) {
      its.put(name, new Probation(release, nowMillis, shop.starts()));
    }
  }

  private void ends(Shop shop, Name name) {
    Map<Name, Probation> its = probations.get(shop.number());
    if (its != null) {
      its.remove(name);
    }
  }

  private void fails(Shop shop, Name name, Assignment failed, ReleaseState state) {
    Map<Name, Probation> its = probations.get(shop.number());
    Probation probation = its == null ? null : its.remove(name);
    hold(
        probation == null
            || !probation.release().equals(failed.release())
            || natures.apply(failed.release()) != Nature.WORKS
            || !canRun(shop, failed)
            || shop.starts() - probation.starts() >= STARTS_MIN
            || shop.befallenMillis(name) >= probation.sinceMillis(),
        shop.number(),
        () -> failed.version() + " of " + name + " works, and is taken back: " + state);
  }

  /// Of a release that has another variant for this machine, that one comes next.
  private boolean canRun(Shop shop, Assignment failed) {
    ReleaseManifest manifest = published.apply(failed.release());
    return manifest == null
        || failed.variant() < 0
        || Variants.fits(manifest.variants().get(failed.variant()), shop.machine());
  }
}
