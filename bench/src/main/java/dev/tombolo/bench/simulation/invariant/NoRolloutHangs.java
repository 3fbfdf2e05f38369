package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.bench.simulation.engine.Counts;
import dev.tombolo.hub.core.Assignment;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutReasons;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Rollouts;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// I8, of rollouts: at the end each that is open, and each of its devices that is not through,
/// waits for something that `why` names, and that is so.
final class NoRolloutHangs extends Invariant {
  /// Between two looks of the hub at an idle world, and what it takes to act on them.
  private static final long SLACK_MILLIS = 3 * 60_000;

  private final Facts facts;

  NoRolloutHangs(Facts facts) {
    super("I8");
    this.facts = facts;
  }

  void check(Counts counts, long nowMillis) {
    Map<SlotRef, DeviceId> holders = facts.hub.holders();
    Rollouts rollouts = facts.hub.rollouts.replayed(holders, facts.hub.online, nowMillis);
    for (Rollout rollout : rollouts.all()) {
      RolloutState state = rollout.state();
      counts.add("rollout ends " + word(state));
      hold(
          !(state instanceof RolloutState.Planning),
          -1,
          () -> rollout.id() + " is still being planned");
      Long deadline = rollout.record().plan().deadlineMillis();
      hold(
          deadline == null || !state.isUnderWay() || nowMillis < deadline + SLACK_MILLIS,
          -1,
          () -> rollout.id() + " goes on beyond its deadline");
      if (state.isUnderWay() || state instanceof RolloutState.Completed) {
        members(rollouts, rollout, holders, counts, nowMillis);
      }
    }
  }

  private static String word(RolloutState state) {
    return state.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  private void members(
      Rollouts rollouts,
      Rollout rollout,
      Map<SlotRef, DeviceId> holders,
      Counts counts,
      long nowMillis) {
    boolean isAnyLeft = false;
    boolean isTaken = rollout.size() > 0;
    for (int member = 0; member < rollout.size(); member++) {
      isTaken &= rollout.isSuperseded(member);
      Phase phase = rollout.phase(member);
      boolean isDone = phase == Phase.SUCCEEDED || phase == Phase.FAILED || phase == Phase.BACK;
      if (isDone || rollout.isSuperseded(member)) {
        continue;
      }
      isAnyLeft |= !rollout.isOutside(member);
      SlotRef slot = rollout.slot(member);
      DeviceId holder = holders.get(slot);
      Assignment assigned = facts.hub.wanted(slot).get(rollout.record().application());
      boolean isOverruled =
          assigned != null && assigned.changedMillis() > rollout.record().createdMillis();
      hold(
          !isOverruled || rollout.isOutside(member) || facts.hub.goneSlots.contains(slot),
          -1,
          () -> rollout.id() + " waits for " + slot + ", for which " + assigned + " counts");
      if (holder != null && !isOverruled && !facts.wasCopied(holder)) {
        named(
            rollout, Standing.of(rollouts, rollout, member, nowMillis), holder, counts, nowMillis);
      }
    }
    boolean isThrough =
        rollout.state() instanceof RolloutState.Rolling rolling
            && rolling.openThrough() == rollout.record().plan().last()
            && !isAnyLeft;
    hold(!isThrough, -1, () -> rollout.id() + " is through, and is not completed");
    boolean isWithNobody = isTaken && rollout.inFlight() == 0;
    if (isWithNobody) {
      counts.add("rollout taken whole");
    }
    hold(
        !isWithNobody || !(rollout.state() instanceof RolloutState.Rolling),
        -1,
        () -> rollout.id() + " goes on, though newer ones have all of it: " + rollout.state());
  }

  private void named(
      Rollout rollout, Standing standing, DeviceId holder, Counts counts, long nowMillis) {
    int shop = facts.numberOf(holder);
    List<Reason> reasons = RolloutReasons.of(standing);
    hold(
        !reasons.isEmpty(),
        shop,
        () -> rollout.id() + " is not through with " + standing.slot() + " and says nothing");
    boolean isOnline = facts.hub.online.getOrDefault(holder, false);
    for (Reason reason : reasons) {
      counts.add("rollout waits " + reason.getClass().getSimpleName());
      hold(
          !isOnline || isSo(reason, standing, holder, nowMillis),
          shop,
          () ->
              rollout.id()
                  + " is not through with "
                  + standing.slot()
                  + " ("
                  + standing.phase()
                  + ", wave "
                  + standing.wave()
                  + ", "
                  + facts.hub.states.get(holder)
                  + "), and says "
                  + reason
                  + ", which is not so; "
                  + rollout
                  + ", "
                  + rollout.state());
    }
  }

  /// Whether a device that is connected may wait for this.
  private boolean isSo(Reason reason, Standing standing, DeviceId holder, long nowMillis) {
    if (reason instanceof Reason.WaveSoaking soaking) {
      return soaking.untilMillis() > nowMillis - SLACK_MILLIS;
    }
    if (reason instanceof Reason.PermitOutstanding permit) {
      long surelyOver = permit.untilMillis() + Rollout.PERMIT_MARGIN_MILLIS + SLACK_MILLIS;
      return surelyOver > nowMillis || isUnderWay(holder, standing);
    }
    if (reason instanceof Reason.RolloutStaging || reason instanceof Reason.RolloutRetrying) {
      return saysWhy(holder) || isFresh(standing, nowMillis);
    }
    if (reason instanceof Reason.Starting) {
      return standing.phase() == Phase.READY && isClosedFor(holder, standing, nowMillis);
    }
    // What nobody thought of here is no excuse.
    return reason instanceof Reason.WaveNotOpen
        || reason instanceof Reason.WaveApprovalNeeded
        || reason instanceof Reason.WaveEmpty
        || reason instanceof Reason.RolloutPaused
        || reason instanceof Reason.RolloutEnded
        || reason instanceof Reason.RolloutFailedHere
        || reason instanceof Reason.RolloutSuperseded
        || reason instanceof Reason.RolloutLeft
        || reason instanceof Reason.BudgetFull
        || reason instanceof Reason.SiteFailuresFull
        || reason instanceof Reason.NeedNotLive;
  }

  /// Its wave was opened a moment ago.
  private static boolean isFresh(Standing standing, long nowMillis) {
    return standing.record().state() instanceof RolloutState.Rolling rolling
        && nowMillis - rolling.openedMillis() < EverythingConverges.FRESH_MILLIS;
  }

  /// Whether no permit that it got now would be good when its windows open.
  private boolean isClosedFor(DeviceId holder, Standing standing, long nowMillis) {
    Shop shop = facts.shopOf(holder);
    if (shop == null) {
      return false;
    }
    WindowRule rule = WindowRule.of(facts.of(shop));
    // Windows are longer than that.
    long stepMillis = 20 * 60_000;
    long end = nowMillis + standing.record().plan().permitMillis() - SLACK_MILLIS;
    for (long at = nowMillis; at < end; at += stepMillis) {
      if (rule.maySwitch(at)) {
        return false;
      }
    }
    return true;
  }

  private boolean isUnderWay(DeviceId holder, Standing standing) {
    Shop shop = facts.shopOf(holder);
    ReleaseState state =
        shop == null ? null : facts.of(shop).releases.get(standing.record().application());
    return state instanceof ReleaseState.Switching || state instanceof ReleaseState.Probing;
  }

  /// Whether the device itself names something that is in its way.
  private boolean saysWhy(DeviceId holder) {
    ReportBody.@Nullable State state = facts.hub.states.get(holder);
    return state != null
        && (state.reasons().stream().anyMatch(NoRolloutHangs::isInItsWay)
            || state.applications().stream()
                .anyMatch(it -> it.reasons().stream().anyMatch(NoRolloutHangs::isInItsWay)));
  }

  private static boolean isInItsWay(Reason reason) {
    return !Set.of(
            Reason.Starting.class,
            Reason.UpToDate.class,
            Reason.NothingAssigned.class,
            Reason.Downloading.class)
        .contains(reason.getClass());
  }
}
