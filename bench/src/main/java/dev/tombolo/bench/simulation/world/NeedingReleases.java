package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.SteerRollout.Action;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.release.Need;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Two applications whose next releases belong together: one needs the other. Brought out in either
/// order, together or in waves, to places wide and narrow; and the one that is needed is taken
/// back.
final class NeedingReleases {
  private static final double GAP_MILLIS = 14.0 * VirtualTime.DAY;

  private final World world;
  private final Chance chance;
  private final boolean areThere;
  private int named;

  NeedingReleases(World world) {
    this.world = world;
    this.chance = world.chance("needing releases");
    this.areThere = world.releases().needs().areUsed() && !world.plan().faults().isEmpty();
  }

  void begin() {
    if (areThere) {
      world.scheduler().in(world.gap(chance, GAP_MILLIS / 2), this::next);
    }
  }

  private void next() {
    if (!world.faultsAreOn()) {
      return;
    }
    bringOut();
    world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
  }

  private void bringOut() {
    Name first = chance.oneOf(Releases.APPLICATIONS);
    Name second = chance.oneOf(Releases.APPLICATIONS);
    if (first.equals(second) || world.releases().of(first).isEmpty()) {
      return;
    }
    boolean isRing = chance.isWithin(0.15);
    String next = world.releases().of(second).size() + 1 + ".0";
    Releases.Release needed = push(first, isRing ? List.of(new Need(second, next)) : List.of());
    Releases.Release needing = push(second, List.of(new Need(first, needed.ref().version())));
    world.counts().add("releases that need others");
    switch (chance.below(isRing ? 3 : 7)) {
      case 0 -> together(List.of(needed, needing));
      case 1 -> inWavesTogether(List.of(needed, needing));
      case 2 -> {
        Place place = place();
        // The one that needs the other is refused until that is there.
        assign(needing, place);
        later(() -> assign(needed, place));
        later(() -> assign(needing, chance.isWithin(0.7) ? place : place()));
      }
      case 3 -> {
        Place place = place();
        assign(needed, place);
        assign(needing, place);
        later(() -> takeBack(needed, place));
        later(() -> take(first, chance.isWithin(0.5) ? place : place()));
      }
      case 4 -> {
        inWaves(needed);
        later(() -> inWaves(needing));
        later(() -> takeBack(needed, place()));
      }
      case 5 -> {
        inWaves(needed);
        later(() -> assign(needing, place()));
      }
      default -> {
        Place everywhere = new Place(Optional.empty(), Optional.empty());
        assign(needed, everywhere);
        inWaves(needing);
        later(() -> takeBack(needed, everywhere));
      }
    }
  }

  private Releases.Release push(Name application, List<Need> needs) {
    Releases.Release release =
        world
            .releases()
            .next(
                application,
                chance.isWithin(0.8) ? Releases.Behaviour.WORKS : Releases.Behaviour.FAILS_PROBES,
                needs,
                chance);
    ask(new AdminCommand.PushRelease(release.envelope()));
    return release;
  }

  /// Both in one list.
  private void together(List<Releases.Release> releases) {
    List<AdminObject> objects = new ArrayList<>();
    for (Releases.Release release : releases) {
      objects.add(
          new AdminObject.Application(
              release.ref().name(),
              World.FLEET,
              Optional.of(release.ref()),
              "",
              Map.of(),
              Map.of()));
    }
    later(() -> ask(new AdminCommand.Apply(objects, Optional.empty(), chance.isWithin(0.2))));
  }

  /// Two rollouts of one list.
  private void inWavesTogether(List<Releases.Release> releases) {
    List<AdminObject> objects = new ArrayList<>();
    Scope scope = scope();
    for (Releases.Release release : releases) {
      objects.add(
          new AdminObject.Rollout(
              new Name("needs-" + ++named),
              release.ref(),
              chance.isWithin(0.8) ? scope : scope(),
              plan(),
              Optional.empty()));
    }
    later(() -> ask(new AdminCommand.Apply(objects, Optional.empty(), chance.isWithin(0.2))));
  }

  private void inWaves(Releases.Release release) {
    world
        .operators()
        .ask(
            new AdminCommand.CreateRollout(release.ref(), scope(), plan(), Optional.empty()),
            answer -> {
              if (answer instanceof AdminAnswer.RolloutMade(var id) && chance.isWithin(0.5)) {
                Action action = chance.isWithin(0.7) ? Action.ROLLBACK : Action.ABORT;
                world
                    .scheduler()
                    .in(
                        chance.gap(2.0 * VirtualTime.DAY),
                        () ->
                            ask(
                                new AdminCommand.SteerRollout(
                                    id, action, "it was needed", false, Optional.empty())));
              }
            });
  }

  private Scope scope() {
    return new Scope(
        World.FLEET,
        chance.isWithin(0.4) ? new HashSet<>(List.of(site(), site())) : Set.of(),
        Map.of());
  }

  private static RolloutPlan plan() {
    return new RolloutPlan(
        List.of(new Wave("all", new Pick.Rest(), new Gate(0, 0, false))),
        new Budgets(0, 0, 0),
        new AbortRule(0, 0, false),
        12 * VirtualTime.HOUR,
        null);
  }

  private record Place(Optional<Name> site, Optional<SlotRef> slot) {}

  private Place place() {
    int draw = chance.below(10);
    if (draw < 4) {
      return new Place(Optional.empty(), Optional.empty());
    }
    return draw < 7
        ? new Place(Optional.of(site()), Optional.empty())
        : new Place(
            Optional.empty(), Optional.ofNullable(world.slotOf(chance.oneOf(world.devices()))));
  }

  private Name site() {
    return world.siteName(chance.below(world.plan().sites()));
  }

  private void assign(Releases.Release release, Place place) {
    ask(
        new AdminCommand.Assign(
            release.ref(), World.FLEET, place.site(), place.slot(), Optional.empty()));
  }

  /// The one before it instead.
  private void takeBack(Releases.Release release, Place place) {
    List<Releases.Release> known = world.releases().of(release.ref().name());
    int at = known.indexOf(release);
    if (at > 0) {
      assign(known.get(at - 1), place);
    }
  }

  private void take(Name application, Place place) {
    ask(
        new AdminCommand.Unassign(
            application, World.FLEET, place.site(), place.slot(), Optional.empty()));
  }

  private void later(Runnable then) {
    world
        .scheduler()
        .in(
            chance.gap(8.0 * VirtualTime.HOUR),
            () -> {
              if (world.faultsAreOn()) {
                then.run();
              }
            });
  }

  private void ask(AdminCommand command) {
    world.operators().ask(command, answer -> {});
  }
}
