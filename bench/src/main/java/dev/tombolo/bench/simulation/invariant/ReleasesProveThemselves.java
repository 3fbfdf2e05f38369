package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.WorkloadSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// I6: a release is live only after its probes have passed since it was switched to, and for as
/// long as its publisher wants to see it run. One that was live and had to be built anew where it
/// stands, because its files or the agent's database were lost, has shown that before, and there is
/// nothing else to go back to: it stays, and is restarted where its probes fail.
final class ReleasesProveThemselves extends Invariant {
  private final Function<Digest, @Nullable ReleaseManifest> published;
  private final Map<Integer, Map<Name, Probation>> probations = new HashMap<>();

  private static final class Probation {
    final Digest release;
    final long sinceMillis;
    final boolean isBuiltAnew;
    boolean hasPassed;

    Probation(Digest release, long sinceMillis, boolean isBuiltAnew) {
      this.release = release;
      this.sinceMillis = sinceMillis;
      this.isBuiltAnew = isBuiltAnew;
    }
  }

  ReleasesProveThemselves(Function<Digest, @Nullable ReleaseManifest> published) {
    super("I6");
    this.published = published;
  }

  /// An agent is about to take this in.
  void takes(Shop shop, AgentEvent event) {
    if (event instanceof AgentEvent.ProbeFinished(var name, var _, var _, var failure, var _)) {
      Probation its = of(shop).get(name);
      Shop.Running running = shop.processes().get(name);
      if (its != null
          && failure.isEmpty()
          && running != null
          && running.release().equals(its.release)) {
        its.hasPassed = true;
      }
    }
  }

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    for (AgentChange change : changes) {
      if (!(change instanceof AgentChange.ApplicationKept(var it))) {
        continue;
      }
      switch (it.state()) {
        case ReleaseState.Probing at -> {
          Probation its = of(shop).get(it.name());
          if (its == null || !its.release.equals(at.wanted().release())) {
            boolean isBuiltAnew = at.previous().equals(Optional.of(at.wanted()));
            of(shop).put(it.name(), new Probation(at.wanted().release(), nowMillis, isBuiltAnew));
          }
        }
        case ReleaseState.Live at -> proven(shop, it.name(), at.live().release(), nowMillis);
        default -> of(shop).remove(it.name());
      }
    }
  }

  private void proven(Shop shop, Name name, Digest release, long nowMillis) {
    Probation its = of(shop).remove(name);
    ReleaseManifest manifest = published.apply(release);
    if (its == null || manifest == null || !its.release.equals(release) || its.isBuiltAnew) {
      return;
    }
    WorkloadSpec workload = manifest.variants().getFirst().workload();
    hold(
        nowMillis - its.sinceMillis >= workload.soakSeconds() * 1_000L,
        shop.number(),
        () ->
            release.brief()
                + " of "
                + name
                + " is live after "
                + (nowMillis - its.sinceMillis)
                + " ms, and had to soak for "
                + workload.soakSeconds()
                + " s");
    hold(
        its.hasPassed || workload.probes().isEmpty(),
        shop.number(),
        () -> release.brief() + " of " + name + " is live, and no probe of it has passed");
  }

  private Map<Name, Probation> of(Shop shop) {
    return probations.computeIfAbsent(shop.number(), unseen -> new HashMap<>());
  }
}
