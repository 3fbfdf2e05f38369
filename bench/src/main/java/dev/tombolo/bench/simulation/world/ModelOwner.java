package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.SteerRollout.Action;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Who brings releases to the shops in waves: plans of every kind, good releases and bad ones, and
/// a person who pauses, approves, aborts, rolls back, tries again, or begins the next one before
/// the last is through.
final class ModelOwner {
  /// Slots and sites with it are the ones that go first.
  static final Map<String, String> PILOT = Map.of("tier", "pilot");

  private static final double GAP_MILLIS = 12.0 * VirtualTime.DAY;

  /// What a person says to one rollout.
  private static final int WORDS_MAX = 6;

  private final World world;
  private final Chance chance;

  ModelOwner(World world) {
    this.world = world;
    this.chance = world.chance("model owner");
  }

  /// In a world of peace all is to be done at the end: nobody begins anything that waits.
  void begin() {
    if (world.plan().faults().isEmpty()) {
      return;
    }
    world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
  }

  private void next() {
    if (!world.faultsAreOn()) {
      return;
    }
    bringOut();
    world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
  }

  /// What is begun at the very end has to come to a stop with a reason, too.
  void lastRound() {
    if (!world.plan().faults().isEmpty() && chance.isWithin(0.4)) {
      bringOut();
    }
  }

  private void bringOut() {
    Name application = chance.oneOf(Releases.APPLICATIONS);
    List<Releases.Release> known = world.releases().of(application);
    if (!known.isEmpty() && chance.isWithin(0.25)) {
      create(chance.oneOf(known), chance.isWithin(0.1));
      return;
    }
    if (chance.isWithin(0.3)) {
      world.worstMoments().begin(application);
      return;
    }
    Releases.Release release = world.releases().next(application, chance);
    world
        .operators()
        .ask(
            new AdminCommand.PushRelease(release.envelope()),
            pushed -> create(release, chance.isWithin(0.15)));
  }

  /// @param twice another one follows before this one is through
  private void create(Releases.Release release, boolean twice) {
    world
        .operators()
        .ask(
            new AdminCommand.CreateRollout(release.ref(), scope(), plan(), Optional.empty()),
            answer -> {
              if (answer instanceof AdminAnswer.RolloutMade(var id)) {
                stay(id);
                if (world.backups().areMade() && chance.isWithin(0.25)) {
                  world
                      .scheduler()
                      .in(chance.gap(1.0 * VirtualTime.HOUR), world.backups()::disaster);
                }
                if (!world.backups().areMade() && chance.isWithin(0.2)) {
                  world.scheduler().in(chance.gap(1.0 * VirtualTime.HOUR), this::jumpHub);
                }
                if (chance.isWithin(0.2)) {
                  world
                      .scheduler()
                      .in(chance.gap(2.0 * VirtualTime.HOUR), () -> world.kits().make());
                }
              }
              if (twice) {
                List<Releases.Release> known = world.releases().of(release.ref().name());
                world
                    .scheduler()
                    .in(
                        chance.gap(6.0 * VirtualTime.HOUR),
                        () -> create(chance.oneOf(known), false));
              }
            });
  }

  /// While its waves are open.
  private void jumpHub() {
    if (world.mayFault(FaultKind.HUB_CLOCK_JUMP)) {
      world.faulted(FaultKind.HUB_CLOCK_JUMP);
      world.hub().jumpClock(chance);
    }
  }

  // ---- what is to happen

  Scope scope() {
    Set<Name> sites = new HashSet<>();
    if (chance.isWithin(0.25)) {
      for (int site = 0; site < world.plan().sites(); site++) {
        if (chance.isWithin(0.5)) {
          sites.add(world.siteName(site));
        }
      }
    }
    return new Scope(World.FLEET, sites, chance.isWithin(0.08) ? PILOT : Map.of());
  }

  RolloutPlan plan() {
    List<Wave> waves = new ArrayList<>();
    int count = chance.below(4);
    for (int wave = 0; wave < count; wave++) {
      waves.add(new Wave("wave-" + wave, pick(wave), gate()));
    }
    if (chance.isWithin(0.2)) {
      waves.add(new Wave("rest", new Pick.Rest(), gate()));
    }
    Long deadline =
        chance.isWithin(0.15)
            ? Long.valueOf(
                world.hub().now() + chance.between(VirtualTime.HOUR, 6 * VirtualTime.DAY))
            : null;
    return new RolloutPlan(waves, budgets(), abort(), permitMillis(), deadline);
  }

  private Pick pick(int wave) {
    int draw = chance.below(10);
    if (wave == 0 && draw < 4) {
      return new Pick.Count(1);
    }
    return switch (draw) {
      case 0, 1, 2, 3 -> new Pick.Count(chance.below(6));
      case 4, 5, 6 -> new Pick.Percent((int) chance.between(5, 60));
      case 7 -> new Pick.Labelled(PILOT);
      default -> new Pick.Listed(slots());
    };
  }

  private Set<SlotRef> slots() {
    Set<SlotRef> slots = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      SlotRef slot = world.slotOf(chance.oneOf(world.devices()));
      if (slot != null) {
        slots.add(slot);
      }
    }
    return slots;
  }

  private Gate gate() {
    int healthy = chance.isWithin(0.2) ? (int) chance.between(0, 100) : 100 - 5 * chance.below(5);
    long soak = chance.isWithin(0.5) ? 0 : chance.between(VirtualTime.MINUTE, 8 * VirtualTime.HOUR);
    return new Gate(healthy, soak, chance.isWithin(0.25));
  }

  private Budgets budgets() {
    return new Budgets(
        chance.isWithin(0.2) ? 0 : 1 + chance.below(2),
        chance.isWithin(0.5) ? 0 : 1 + chance.below(4),
        chance.isWithin(0.3) ? 0 : 1 + chance.below(2));
  }

  private AbortRule abort() {
    return new AbortRule(
        chance.isWithin(0.7) ? 0 : 1 + chance.below(4),
        chance.isWithin(0.5) ? 0 : (int) chance.between(10, 100),
        chance.isWithin(0.4));
  }

  private long permitMillis() {
    return chance.isWithin(0.3)
        ? chance.between(2 * VirtualTime.MINUTE, VirtualTime.HOUR)
        : chance.between(2 * VirtualTime.HOUR, 2 * VirtualTime.DAY);
  }

  // ---- what a person says

  /// Somebody looks after it for a day or two.
  private void stay(RolloutId id) {
    int words = chance.below(WORDS_MAX);
    long after = 0;
    boolean pauses = false;
    for (int i = 0; i < words; i++) {
      after += chance.gap(5.0 * VirtualTime.HOUR);
      Action action = pauses && chance.isWithin(0.8) ? Action.RESUME : action();
      pauses = action == Action.PAUSE;
      boolean anyway = chance.isWithin(0.1);
      world.scheduler().in(after, () -> say(id, action, anyway));
    }
  }

  private Action action() {
    int draw = chance.below(100);
    if (draw < 50) {
      return Action.APPROVE;
    }
    if (draw < 68) {
      return Action.PAUSE;
    }
    if (draw < 72) {
      return Action.RESUME;
    }
    if (draw < 86) {
      return Action.RETRY;
    }
    return draw < 93 ? Action.ABORT : Action.ROLLBACK;
  }

  private void say(RolloutId id, Action action, boolean anyway) {
    if (!world.faultsAreOn()) {
      return;
    }
    world
        .operators()
        .ask(
            new AdminCommand.SteerRollout(id, action, why(action), anyway, Optional.empty()),
            answer -> {});
  }

  private static String why(Action action) {
    return switch (action) {
      case ABORT, ROLLBACK -> "somebody did not like what he saw";
      case PAUSE, RESUME, APPROVE, RETRY -> "";
    };
  }
}
