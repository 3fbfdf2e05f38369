package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Nothing is switched to that needs what is not live here, and nothing is switched away from what
/// others that run have and need. A way back after failed probes waits for nobody.
final class NeedsAreMet extends Invariant {
  private final Function<Digest, @Nullable ReleaseManifest> published;

  /// @param published what the publisher signed; null for anything else
  NeedsAreMet(Function<Digest, @Nullable ReleaseManifest> published) {
    super("needs");
    this.published = published;
  }

  /// About to be taken in, in the order in which it was decided.
  void agentCommits(Shop shop, ShopFacts its, AgentChange change) {
    if (!(change instanceof AgentChange.ApplicationKept(AgentSnapshot.Application it))
        || !(it.state() instanceof ReleaseState.Switching to)
        || its.releases.get(it.name()) instanceof ReleaseState.Switching
        || to.live().equals(Optional.of(to.wanted()))) {
      return;
    }
    ReleaseManifest manifest = published.apply(to.wanted().release());
    if (manifest == null) {
      return;
    }
    for (Need need : manifest.needs()) {
      Optional<String> live = stays(its.releases.get(need.application())).map(Assignment::version);
      hold(
          need.isMetBy(live),
          shop.number(),
          () -> it.name() + " switches to what needs " + need + ", and live is " + live);
    }
    for (Map.Entry<Name, ReleaseState> other : its.releases.entrySet()) {
      Optional<Assignment> runs = runs(other.getValue());
      ReleaseManifest running = runs.map(Assignment::release).map(published).orElse(null);
      if (running == null || other.getKey().equals(it.name())) {
        continue;
      }
      for (Need need : running.needs()) {
        boolean isLost =
            need.application().equals(it.name())
                && need.isMetBy(to.live().map(Assignment::version))
                && !need.isMetBy(to.wanted().version());
        hold(
            !isLost,
            shop.number(),
            () ->
                it.name()
                    + " switches to "
                    + to.wanted().version()
                    + ", and "
                    + other.getKey()
                    + " runs and needs "
                    + need);
      }
    }
  }

  /// What has proven itself and runs on; where something else comes just now, only that.
  private static Optional<Assignment> stays(@Nullable ReleaseState state) {
    return switch (state) {
      case ReleaseState.Fetching at -> at.live();
      case ReleaseState.Staging at -> at.live();
      case ReleaseState.Staged at -> at.live();
      case ReleaseState.Switching at ->
          at.live().isPresent() ? Optional.of(at.wanted()) : at.live();
      case ReleaseState.Live at -> Optional.of(at.live());
      case ReleaseState.RolledBack at -> at.live();
      case ReleaseState.Absent _,
          ReleaseState.Probing _,
          ReleaseState.SwitchingBack _,
          ReleaseState.Restoring _,
          ReleaseState.Removing _ ->
          Optional.empty();
      case null -> Optional.empty();
    };
  }

  /// What would lose something.
  private static Optional<Assignment> runs(ReleaseState state) {
    return switch (state) {
      case ReleaseState.Fetching at -> at.live();
      case ReleaseState.Staging at -> at.live();
      case ReleaseState.Staged at -> at.live();
      case ReleaseState.Switching at -> at.live();
      case ReleaseState.Probing at -> Optional.of(at.wanted());
      case ReleaseState.Live at -> Optional.of(at.live());
      case ReleaseState.Restoring at -> Optional.of(at.previous());
      case ReleaseState.RolledBack at -> at.live();
      case ReleaseState.Absent _, ReleaseState.SwitchingBack _, ReleaseState.Removing _ ->
          Optional.empty();
    };
  }
}
