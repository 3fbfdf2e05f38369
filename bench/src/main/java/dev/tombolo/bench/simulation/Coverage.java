package dev.tombolo.bench.simulation;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.bench.simulation.world.FaultKind;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What has to happen in enough seeds, so that a world that has become tame is noticed.
final class Coverage {
  /// Fewer seeds prove nothing.
  static final int SEEDS_MIN = 100;

  /// The moves of a release's state, as `ReleaseState` draws them.
  private static final List<String> MOVES =
      List.of(
          "absent -> fetching",
          "fetching -> staging",
          "fetching -> live",
          "staging -> staged",
          "staging -> fetching",
          "staged -> switching",
          "switching -> probing",
          "probing -> live",
          "probing -> switchingback",
          "switchingback -> restoring",
          "restoring -> rolledback",
          "rolledback -> fetching",
          "rolledback -> live",
          "live -> fetching",
          "live -> removing",
          "removing -> absent");

  /// What people and sticks do in half of the worlds.
  private static final List<String> PLAYS =
      List.of(
          "releases that need others",
          "backups not finished",
          "repositories looked at",
          "acts at test benches",
          "rollouts out of files",
          "kits with bundles brought",
          "kits with bundles refused");

  /// Nothing makes these here: agent and hub make their ticks and what is due then themselves,
  /// unseen.
  private static final Set<String> NEVER_MADE = Set.of("AgentEvent Ticked", "HubEvent DocumentDue");

  private Coverage() {}

  /// Empty when the run is too short to tell.
  static List<String> neverHappened(Seeds.Summary summary) {
    List<String> never = new ArrayList<>();
    if (summary.played() < SEEDS_MIN) {
      return never;
    }
    for (FaultKind kind : FaultKind.values()) {
      check("fault " + kind.word(), summary, never);
    }
    PLAYS.forEach(play -> check(play, summary, never));
    MOVES.forEach(move -> check("release " + move, summary, never));
    for (Class<?> sealed :
        List.of(HubEvent.class, HubEffect.class, AgentEvent.class, AgentEffect.class)) {
      kinds(sealed, summary, never);
    }
    return never;
  }

  private static void kinds(Class<?> sealed, Seeds.Summary summary, List<String> never) {
    for (Class<?> kind : sealed.getPermittedSubclasses()) {
      if (kind.isSealed()) {
        kinds(kind, summary, never);
      } else {
        check(
            kind.getDeclaringClass().getSimpleName() + " " + kind.getSimpleName(), summary, never);
      }
    }
  }

  private static void check(String what, Seeds.Summary summary, List<String> never) {
    if (summary.counts().of(what) == 0 && !NEVER_MADE.contains(what)) {
      never.add(what);
    }
  }
}
