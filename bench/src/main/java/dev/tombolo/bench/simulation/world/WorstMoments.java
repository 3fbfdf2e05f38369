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
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rollouts with tight budgets, and what goes wrong with each at the moment that is worst for it:
/// while a device holds a permit that it cannot use yet, or is just using it.
final class WorstMoments {
  /// Somebody waits for the moment for so long.
  private static final long WATCHED_MILLIS = 2 * VirtualTime.DAY;

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
    /// Somebody stops the rollout and lets it go on; the device hears of neither, and what it says
    /// is older.
    STOPPED_FOR_A_MOMENT(InFlight.HOLDS),
    /// The device loses its line, and other hardware gets its slot.
    REPLACED_WITH_A_PERMIT(InFlight.HOLDS),
    /// The power goes, and with it the clock and the line.
    NO_CLOCK(InFlight.HOLDS),
    /// A backup is made of the device while it is at it; it is sent back, a restore loses that, and
    /// the rollout is stopped for good.
    SENT_BACK_BEFORE_A_RESTORE(InFlight.USES);

    private final InFlight moment;

    Kind(InFlight moment) {
      this.moment = moment;
    }

    boolean needsBackups() {
      return this == PERMIT_IS_LOST
          || this == OLD_NEWS_AFTER_A_RESTORE
          || this == SENT_BACK_BEFORE_A_RESTORE;
    }
  }

  private record AtBirth(Device device, Runnable then) {}

  WorstMoments(World world) {
    this.world = world;
    this.chance = world.chance("worst moments");
  }

  /// Few devices at once, and some that wait for the others.
  RolloutPlan plan() {
    int site = chance.below(world.plan().sites());
    world.business().shutForHours(site);
    Set<SlotRef> slots = new HashSet<>();
    for (Device device : world.devices()) {
      SlotRef slot = world.slotOf(device);
      if (slot != null && (device.site() == site ? slots.size() < 3 : chance.isWithin(0.1))) {
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
        chance.between(12 * VirtualTime.HOUR, 3 * VirtualTime.DAY),
        null);
  }

  void follow(RolloutId rollout, Name application) {
    Kind kind = chance.oneOf(KINDS);
    if (kind.needsBackups() && !world.backups().areMade()) {
      kind = chance.isWithin(0.5) ? Kind.STOPPED_FOR_A_MOMENT : Kind.REPLACED_WITH_A_PERMIT;
    }
    if (kind == Kind.PERMIT_IS_LOST || kind == Kind.OLD_NEWS_AFTER_A_RESTORE) {
      world.backups().make();
    }
    look(kind, rollout, application, world.now() + WATCHED_MILLIS);
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
                  hearNothing(device);
                  losePower(device, 10 * VirtualTime.SECOND);
                });
      }
      case STOPPED_FOR_A_MOMENT -> {
        world.network().breakLine(line, false, true);
        say(rollout, Action.PAUSE, "");
        in(1_000, () -> device.workloadDies(application));
        in(5_000, () -> say(rollout, Action.RESUME, ""));
        losePower(device, 9 * VirtualTime.SECOND);
      }
      case REPLACED_WITH_A_PERMIT -> {
        world.network().breakLine(line, true, true);
        world.replace(device);
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
      case SENT_BACK_BEFORE_A_RESTORE -> {
        world.backups().make();
        in(
            25 * VirtualTime.SECOND,
            () -> say(rollout, Action.ROLLBACK, "somebody did not like what he saw"));
        in(
            5 * VirtualTime.MINUTE,
            () -> {
              darken(device.site(), 13 * VirtualTime.MINUTE, VirtualTime.HOUR);
              lose();
              in(
                  3 * VirtualTime.MINUTE,
                  () -> say(rollout, Action.ABORT, "somebody did not like what he saw"));
            });
      }
    }
  }

  /// The hub hears a birth.
  void born(Device device) {
    AtBirth waiting = atBirth;
    if (waiting != null && waiting.device() == device) {
      atBirth = null;
      in(1, waiting.then());
    }
  }

  private static void hearNothing(Device device) {
    Line line = device.line();
    if (line != null) {
      device.world.network().breakLine(line, false, true);
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

  private void say(RolloutId rollout, Action action, String why) {
    world
        .operators()
        .ask(
            new AdminCommand.SteerRollout(rollout, action, why, false, Optional.empty()),
            (AdminAnswer answer) -> {});
  }
}
