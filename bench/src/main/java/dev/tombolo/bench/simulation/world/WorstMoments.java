package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.bench.simulation.invariant.InFlight;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Rollouts with tight budgets, and what goes wrong with each at the moment that is worst for it:
/// while a device holds a permit that it cannot use yet, or is just using it.
final class WorstMoments {
  /// Somebody waits for the moment for so long.
  private static final long WATCHED_MILLIS = 2 * VirtualTime.DAY;

  /// A turn of the hub: it has answered the birth, and is having a document signed.
  private static final long AFTER_BIRTH_MILLIS = 3;

  private static final long LOOK_MILLIS = 20 * VirtualTime.SECOND;
  private static final List<Kind> KINDS = List.of(Kind.values());

  private final World world;
  private final Chance chance;

  /// Devices that have something coming when the hub hears of their next birth.
  private @Nullable AtBirth atBirth;

  /// What goes wrong, and in which moment.
  private enum Kind {
    /// The hub's machine is lost, and no backup has the permit; the device stays dark.
    PERMIT_IS_LOST(InFlight.HOLDS),
    /// As before. The device comes back, says what it said before it had the permit, and is gone.
    OLD_NEWS_AFTER_A_RESTORE(InFlight.HOLDS),
    /// A newer rollout takes the device over; it does not hear of that, and what it says is older.
    TAKEN_OVER_UNHEARD(InFlight.HOLDS),
    /// A newer rollout takes the device over while it switches, and may be stopped soon after.
    TAKEN_OVER_IN_THE_MIDST(InFlight.USES),
    /// The rollout is stopped while the device tries a bad release; it goes back to the one before.
    STOPPED_IN_THE_MIDST(InFlight.USES),
    /// The device loses its line, and other hardware gets its slot.
    REPLACED_WITH_A_PERMIT(InFlight.HOLDS),
    /// As before, while it switches.
    REPLACED_IN_THE_MIDST(InFlight.USES),
    /// The power goes, and with it the clock and the line.
    NO_CLOCK(InFlight.HOLDS),
    /// A backup is made while the device tries a bad release; it goes back, and another device has
    /// the permit that is lost.
    ANOTHERS_PERMIT_IS_LOST(InFlight.USES),
    /// A backup is made while the device tries a bad release; it goes back, a restore loses that,
    /// and the rollout is stopped for good.
    ABORTED_AFTER_A_RESTORE(InFlight.USES),
    /// A backup is made while the device tries a release, which is then taken back; a restore loses
    /// that, and the rollout is stopped for good before the device says what it has.
    TAKEN_BACK_BEFORE_A_RESTORE(InFlight.USES),
    /// The device uses its permit in the dark, and the rollout is stopped before it is back, or a
    /// newer one has its site by then; what it has done it says late.
    ENDED_IN_THE_DARK(InFlight.HOLDS),
    /// The site loses its line, and the hub's clock jumps beyond the end of the permit.
    HUB_CLOCK_JUMPS(InFlight.HOLDS);

    private final InFlight moment;

    Kind(InFlight moment) {
      this.moment = moment;
    }

    boolean needsBackups() {
      return this == PERMIT_IS_LOST
          || this == OLD_NEWS_AFTER_A_RESTORE
          || this == ANOTHERS_PERMIT_IS_LOST
          || this == ABORTED_AFTER_A_RESTORE
          || this == TAKEN_BACK_BEFORE_A_RESTORE;
    }

    boolean mayBe(boolean areBackupsMade) {
      return areBackupsMade ? this != HUB_CLOCK_JUMPS : !needsBackups();
    }

    /// Milliseconds; a permit that lasts until the shop has shut.
    long permitMillis(Chance chance) {
      return this == HUB_CLOCK_JUMPS
          ? chance.between(4 * VirtualTime.HOUR, HubMachine.CLOCK_OFF_MAX_MILLIS - VirtualTime.HOUR)
          : chance.between(12 * VirtualTime.HOUR, 3 * VirtualTime.DAY);
    }

    boolean isOfABadRelease() {
      return this == ANOTHERS_PERMIT_IS_LOST
          || this == ABORTED_AFTER_A_RESTORE
          || this == STOPPED_IN_THE_MIDST;
    }
  }

  private record AtBirth(Device device, Runnable then) {}

  WorstMoments(World world) {
    this.world = world;
    this.chance = world.chance("worst moments");
  }

  /// Few devices at once, and some that wait for the others.
  private RolloutPlan plan(Kind kind) {
    int site = chance.below(world.plan().sites());
    world.business().shutForHours(site);
    Set<SlotRef> slots = new HashSet<>();
    for (Device device : world.devices()) {
      SlotRef slot = world.slotOf(device);
      if (slot != null && (device.site() == site ? slots.size() < 3 : chance.isWithin(0.2))) {
        slots.add(slot);
      }
    }
    Gate open = new Gate(0, 0, false);
    return new RolloutPlan(
        List.of(
            new Wave("first", new Pick.Listed(slots), open),
            new Wave("rest", new Pick.Rest(), open)),
        new Budgets(chance.isWithin(0.7) ? 1 : 0, chance.isWithin(0.6) ? 1 : 0, 0),
        new AbortRule(0, 0, false),
        kind.permitMillis(chance),
        null);
  }

  /// Begins one, and waits for its moment.
  void begin(Name application) {
    Kind kind = kind();
    Releases.Release release =
        kind.isOfABadRelease()
            ? world.releases().next(application, Releases.Behaviour.FAILS_PROBES, chance)
            : world.releases().next(application, chance);
    create(
        kind,
        release,
        Set.of(),
        rollout -> {
          if (kind == Kind.PERMIT_IS_LOST || kind == Kind.OLD_NEWS_AFTER_A_RESTORE) {
            world.backups().make();
          }
          look(kind, rollout, application, world.now() + WATCHED_MILLIS);
        });
  }

  private Kind kind() {
    Kind kind = chance.oneOf(KINDS);
    while (!kind.mayBe(world.backups().areMade())
        || (world.backups().areMade() && chance.isWithin(0.3))) {
      kind = chance.oneOf(KINDS);
    }
    return kind;
  }

  private void look(Kind kind, RolloutId rollout, Name application, long untilMillis) {
    if (!world.faultsAreOn() || world.now() > untilMillis) {
      return;
    }
    for (int number : world.inFlight(rollout, kind.moment)) {
      Device device = world.devices().get(number);
      Line line = device.line();
      if (device.isUp() && !device.isCopy() && line != null && line.isOpenAtAgent) {
        world.counts().add("worst moment " + kind);
        world.say(device.number(), "in the worst moment of " + rollout + ": " + kind);
        strike(kind, rollout, application, device, line);
        return;
      }
    }
    world.scheduler().in(LOOK_MILLIS, () -> look(kind, rollout, application, untilMillis));
  }

  private void strike(Kind kind, RolloutId rollout, Name application, Device device, Line line) {
    switch (kind) {
      case PERMIT_IS_LOST -> {
        darken(device.site(), 2 * VirtualTime.HOUR, 20 * VirtualTime.HOUR);
        lose();
      }
      case OLD_NEWS_AFTER_A_RESTORE -> {
        darken(device.site(), 13 * VirtualTime.MINUTE, 20 * VirtualTime.MINUTE);
        lose();
        atBirth =
            new AtBirth(
                device,
                () -> {
                  hearsLate(device);
                  losePower(device, 10 * VirtualTime.SECOND);
                });
      }
      case TAKEN_OVER_UNHEARD -> {
        world.network().breakLine(line, false, true);
        create(
            kind,
            world.releases().next(application, chance),
            Set.of(world.siteName(device.site())),
            newer -> {});
        in(
            6_000,
            () -> device.workloads().keySet().stream().toList().forEach(device::workloadDies));
        losePower(device, 9 * VirtualTime.SECOND);
      }
      case TAKEN_OVER_IN_THE_MIDST ->
          create(
              kind,
              world.releases().next(application, chance),
              Set.of(world.siteName(device.site())),
              newer -> {
                if (chance.isWithin(0.5)) {
                  in(
                      chance.between(10 * VirtualTime.SECOND, VirtualTime.MINUTE),
                      () -> stop(newer, Action.ABORT));
                }
              });
      case STOPPED_IN_THE_MIDST -> stop(rollout, Action.ABORT);
      case REPLACED_WITH_A_PERMIT, REPLACED_IN_THE_MIDST -> {
        world.network().breakLine(line, true, true);
        Device newcomer = world.replace(device);
        if (newcomer != null) {
          atBirth = new AtBirth(newcomer, () -> isHeardLate(newcomer));
        }
      }
      case NO_CLOCK -> {
        darken(device.site(), VirtualTime.HOUR, 20 * VirtualTime.HOUR);
        device.losePower(10_000, false);
        device.clock.setOff(-world.now());
        in(
            chance.between(VirtualTime.HOUR, VirtualTime.DAY),
            () -> {
              device.clock.setOff(0);
            });
      }
      case ANOTHERS_PERMIT_IS_LOST -> {
        world.backups().make();
        in(
            VirtualTime.MINUTE,
            () -> look(Kind.PERMIT_IS_LOST, rollout, application, world.now() + WATCHED_MILLIS));
      }
      case ABORTED_AFTER_A_RESTORE -> {
        world.backups().make();
        in(
            5 * VirtualTime.MINUTE,
            () -> {
              darken(device.site(), 13 * VirtualTime.MINUTE, VirtualTime.HOUR);
              lose();
              in(3 * VirtualTime.MINUTE, () -> stop(rollout, Action.ABORT));
            });
      }
      case TAKEN_BACK_BEFORE_A_RESTORE -> {
        world.backups().make();
        in(20 * VirtualTime.SECOND, () -> stop(rollout, Action.ROLLBACK));
        in(
            5 * VirtualTime.MINUTE,
            () -> {
              darken(device.site(), 13 * VirtualTime.MINUTE, VirtualTime.HOUR);
              lose();
              atBirth = new AtBirth(device, () -> isHeardLate(device));
              in(3 * VirtualTime.MINUTE, () -> stop(rollout, Action.ABORT));
            });
      }
      case ENDED_IN_THE_DARK -> endInTheDark(rollout, application, device);
      case HUB_CLOCK_JUMPS -> {
        darken(device.site(), 13 * VirtualTime.MINUTE, 20 * VirtualTime.HOUR);
        if (world.mayFault(FaultKind.HUB_CLOCK_JUMP)) {
          world.faulted(FaultKind.HUB_CLOCK_JUMP);
          world.hub().setClockOff(HubMachine.CLOCK_OFF_MAX_MILLIS);
          world
              .scheduler()
              .in(
                  chance.between(VirtualTime.HOUR, 12 * VirtualTime.HOUR),
                  () -> world.hub().setClockOff(0));
        }
      }
    }
  }

  private void endInTheDark(RolloutId rollout, Name application, Device device) {
    long dark = chance.between(10 * VirtualTime.HOUR, 20 * VirtualTime.HOUR);
    world.network().block(device.site(), true, true, dark);
    atBirth = new AtBirth(device, () -> isHeardLate(device, 20 * VirtualTime.MINUTE));
    boolean isStopped = chance.isWithin(0.7);
    in(
        dark - VirtualTime.MINUTE,
        () -> {
          if (isStopped) {
            stop(rollout, Action.ABORT);
          } else {
            create(
                Kind.ENDED_IN_THE_DARK,
                world.releases().next(application, chance),
                Set.of(world.siteName(device.site())),
                newer -> {});
          }
        });
  }

  /// The hub hears a birth.
  void born(Device device) {
    AtBirth waiting = atBirth;
    if (waiting != null && waiting.device() == device) {
      atBirth = null;
      in(AFTER_BIRTH_MILLIS, waiting.then());
    }
  }

  /// The answer to its birth is on its way; what follows comes later.
  private static void hearsLate(Device device) {
    Line line = device.line();
    if (line != null) {
      line.lastDownMillis = Math.max(line.lastDownMillis, device.world.now() + VirtualTime.MINUTE);
    }
  }

  /// What it says from now on comes a while later; what it hears and fetches does not.
  private void isHeardLate(Device device) {
    isHeardLate(device, VirtualTime.MINUTE);
  }

  private void isHeardLate(Device device, long mostMillis) {
    Line line = device.line();
    if (line != null) {
      // Nothing overtakes what is on its way.
      line.lastUpMillis =
          Math.max(line.lastUpMillis, world.now() + chance.between(VirtualTime.SECOND, mostMillis));
    }
  }

  private void losePower(Device device, long afterMillis) {
    long dark = chance.between(VirtualTime.HOUR, 12 * VirtualTime.HOUR);
    in(afterMillis, () -> device.losePower(dark, false));
  }

  private void darken(int site, long leastMillis, long mostMillis) {
    world.network().block(site, true, true, chance.between(leastMillis, mostMillis));
  }

  /// The hub's machine is lost, and another goes on with the newest backup.
  private void lose() {
    if (world.mayFault(FaultKind.HUB_RESTORED)) {
      world.faulted(FaultKind.HUB_RESTORED);
      world.backups().restoreNewest();
    }
  }

  private void in(long millis, Runnable then) {
    world
        .scheduler()
        .in(
            millis,
            () -> {
              if (world.faultsAreOn()) {
                then.run();
              }
            });
  }

  private void create(
      Kind kind, Releases.Release release, Set<Name> sites, Consumer<RolloutId> then) {
    world
        .operators()
        .ask(
            new AdminCommand.PushRelease(release.envelope()),
            pushed ->
                world
                    .operators()
                    .ask(
                        new AdminCommand.CreateRollout(
                            release.ref(),
                            new Scope(World.FLEET, sites, Map.of()),
                            plan(kind),
                            Optional.empty()),
                        answer -> {
                          if (answer instanceof AdminAnswer.RolloutMade(var id)) {
                            then.accept(id);
                          }
                        }));
  }

  private void stop(RolloutId rollout, Action how) {
    world
        .operators()
        .ask(
            new AdminCommand.SteerRollout(
                rollout, how, "somebody did not like what he saw", false, Optional.empty()),
            answer -> {});
  }
}
