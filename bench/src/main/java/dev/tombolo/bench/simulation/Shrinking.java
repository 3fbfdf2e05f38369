package dev.tombolo.bench.simulation;

import dev.tombolo.bench.simulation.engine.Trace;
import dev.tombolo.bench.simulation.invariant.InvariantBroken;
import dev.tombolo.bench.simulation.world.FaultKind;
import dev.tombolo.bench.simulation.world.World;
import dev.tombolo.bench.simulation.world.WorldPlan;
import java.util.ArrayList;
import java.util.List;

/// Makes a failing world smaller: fewer kinds of faults, days, devices, as long as the same
/// invariant breaks.
final class Shrinking {
  private static final int TRIES_MAX = 80;

  private final String invariant;
  private WorldPlan plan;
  private int tries;

  record Smallest(WorldPlan plan) {}

  private Shrinking(Seeds.Failed failed) {
    this.invariant = failed.broken().invariant();
    this.plan = failed.plan();
  }

  static Smallest shrink(Seeds.Failed failed) {
    Shrinking shrinking = new Shrinking(failed);
    boolean isSmaller = true;
    while (isSmaller && shrinking.tries < TRIES_MAX) {
      isSmaller = shrinking.once();
    }
    return new Smallest(shrinking.plan);
  }

  private boolean once() {
    boolean isSmaller = false;
    for (int days = 1; days < plan.days(); days *= 2) {
      if (breaks(plan.withDays(days))) {
        isSmaller = true;
        break;
      }
    }
    for (int agents = 1; agents < plan.agents(); agents *= 2) {
      if (breaks(plan.withAgents(agents))) {
        isSmaller = true;
        break;
      }
    }
    for (FaultKind kind : FaultKind.values()) {
      if (plan.faults().contains(kind)) {
        isSmaller |= breaks(plan.without(kind));
      }
    }
    return isSmaller;
  }

  /// Takes the smaller world when it still breaks the invariant.
  private boolean breaks(WorldPlan smaller) {
    if (tries++ >= TRIES_MAX) {
      return false;
    }
    try {
      new World(smaller, Trace.silent()).play();
      return false;
    } catch (InvariantBroken broken) {
      if (broken.invariant().equals(invariant)) {
        plan = smaller;
        return true;
      }
      return false;
    } catch (RuntimeException | Error other) {
      return false;
    }
  }

  /// The command that plays a world again.
  static String command(WorldPlan plan) {
    List<String> without = new ArrayList<>();
    for (FaultKind kind : FaultKind.values()) {
      if (!plan.faults().contains(kind)) {
        without.add(kind.word());
      }
    }
    return "./tombolo simulate --seeds 1 --from "
        + plan.seed()
        + " --days "
        + plan.days()
        + " --agents "
        + plan.agents()
        + (plan.isOnSqlite() ? " --sqlite" : "")
        + (without.isEmpty() ? "" : " --without " + String.join(",", without));
  }
}
