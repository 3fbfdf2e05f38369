package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// I14: a healthy process of what should run is neither stopped nor started anew, whatever happens
/// to its agent, line and hub.
final class WorkloadsRunOn extends Invariant {
  private final Facts facts;

  WorkloadsRunOn(Facts facts) {
    super("I14");
    this.facts = facts;
  }

  @Override
  void agentDoes(Shop shop, AgentEffect effect, long nowMillis) {
    switch (effect) {
      case AgentEffect.StopWorkload(var name, var process, var _) -> {
        AgentSnapshot.Workload workload = facts.of(shop).workloads.get(name);
        Shop.Running running = shop.processes().get(name);
        Optional<Assignment> wanted = running(facts.of(shop).releases.get(name));
        hold(
            workload == null
                || (running != null && running.hangs())
                || !workload.process().equals(process)
                || !wanted.equals(Optional.of(workload.what())),
            shop.number(),
            () -> "the process of " + name + " is stopped, and is the one that should run");
      }
      case AgentEffect.StartWorkload(var name, var release, var _) -> {
        Shop.Running running = shop.processes().get(name);
        hold(
            running == null || !running.isTold() || !running.release().equals(release),
            shop.number(),
            () -> name + " is started, and a process of the same release runs");
      }
      default -> {}
    }
  }

  /// What should run, by its state; written anew here so that an error there shows.
  private static Optional<Assignment> running(@Nullable ReleaseState state) {
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
      case null -> Optional.empty();
    };
  }
}
