package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Drives a rollout: what follows from a report, from time, or from a person's word. Pure: reads
/// the rollout, returns changes, and is called again when they have been applied.
public final class RolloutSteps {
  /// Permits given, or looked at when they are over, in one step.
  public static final int SLICE = 128;

  /// Devices written down in one step while planning.
  public static final int BLOCK = 512;

  /// Devices left to older rollouts in one step.
  static final int LEAVE_SLICE = 100;

  /// Failed devices that are tried again in one step.
  public static final int RETRY_SLICE = 100;

  /// Buckets passed and devices looked at in one step to find where waves end.
  static final int BOUND_SLICE = 50_000;

  /// Who was connected is not dark for the gates before this time: hubs start anew, lines break,
  /// and a device may wait five minutes before it tries again.
  public static final long DARK_MILLIS = 10 * 60_000;

  private RolloutSteps() {}

  /// What the hub knows of a slot beside its rollouts.
  public interface Slots {
    /// What it would have without the rollout.
    @Nullable Prior prior(SlotRef slot);

    /// Tells the hardware apart that holds it; never 0.
    int holder(SlotRef slot);

    /// Other devices of its site that may be switching by older rollouts of the application.
    default int outElsewhere(SlotRef slot) {
      return 0;
    }

    /// Whether its windows let it switch before this time.
    default boolean maySwitchBefore(SlotRef slot, long nowMillis, long untilMillis) {
      return true;
    }
  }

  /// A device has told its state.
  public static List<RolloutChange> reported(Rollout rollout, int member, Said said) {
    return Reports.heard(rollout, member, said)
        .<List<RolloutChange>>map(List::of)
        .orElse(List.of());
  }

  /// A device that came into the scope later: in the wave that names it, else in the last one.
  public static RolloutChange.Kept joins(
      Rollout rollout, SlotRef slot, Map<String, String> labels) {
    byte wave = joinedWave(rollout.record().plan(), slot, labels);
    return new RolloutChange.Joined(rollout.id(), rollout.size(), List.of(slot), new byte[] {wave});
  }

  private static byte joinedWave(RolloutPlan plan, SlotRef slot, Map<String, String> labels) {
    byte named = WaveSort.namedBy(plan, slot, labels);
    return named >= 0 ? named : (byte) plan.last();
  }

  /// A device of a rollout that was begun after a restore has no permit that the restore lost.
  public static RolloutChange.Kept unsuspected(RolloutRecord record, int member, int wave) {
    return new RolloutChange.Moved(
        record.id(), member, wave, Phase.WAITING, 0, -1, 0, record.life(), null, false);
  }

  /// What would be selected for a device once it has joined.
  public static Choice joined(RolloutRecord record, SlotRef slot, Map<String, String> labels) {
    int wave = joinedWave(record.plan(), slot, labels);
    return Choice.of(record, Phase.WAITING, wave, 0, -1, false, false);
  }

  /// Labels, or where the application goes, may have changed: who has not been decided leaves the
  /// rollout, or comes back. What it has staged it may have dropped meanwhile, or never have heard
  /// of that: what it says next tells.
  ///
  /// @param isFor whether the rollout is about the device now
  public static Optional<RolloutChange.Moved> scoped(Rollout rollout, int member, boolean isFor) {
    if (rollout.isOutside(member) != isFor) {
      return Optional.empty();
    }
    return Optional.of(
        new RolloutChange.Moved(
            rollout.id(),
            member,
            rollout.wave(member),
            rollout.phase(member),
            rollout.granted(member),
            rollout.prior(member),
            rollout.holder(member),
            lifeOf(rollout, member),
            rollout.reason(member),
            !isFor));
  }

  /// True when [#tick] has more to do at once.
  public static boolean isWorkLeft(Rollout rollout) {
    if (rollout.isPlanning() || isRetrying(rollout) || isLeaving(rollout)) {
      return true;
    }
    int most = rollout.record().plan().budgets().inFlight();
    return rollout.state().givesPermits()
        && !rollout.queue().isEmpty()
        && (most == 0 || rollout.inFlight() < most);
  }

  /// Where the search for devices goes on; null: at the beginning.
  public static @Nullable SlotRef searchFrom(Rollout rollout) {
    return rollout.searchFrom();
  }

  /// The next step of planning, once all devices were found: writes the next of them down.
  public static List<RolloutChange> plan(Rollout rollout, long nowMillis) {
    if (!rollout.isSearched()) {
      return List.of();
    }
    if (!rollout.isBound()) {
      return List.of(new RolloutChange.Bound(rollout.id()));
    }
    RolloutChange block = rollout.nextBlock(BLOCK);
    if (block != null) {
      return List.of(block);
    }
    // With the counts, so that nobody reads a rollout that has begun with nobody in it.
    return List.of(
        new RolloutChange.Put(rollout.record().with(new RolloutState.Rolling(0, nowMillis, 0, ""))),
        new RolloutChange.Counted(rollout.id(), rollout.counts()));
  }

  /// What time brings: permits that are over, an end, the next wave, permits.
  public static List<RolloutChange> tick(Rollout rollout, Slots slots, long nowMillis) {
    List<RolloutChange> changes = new ArrayList<>();
    if (rollout.isSuspicionDue(nowMillis)) {
      return List.of(new RolloutChange.SuspicionOver(rollout.id()));
    }
    over(rollout, nowMillis, changes);
    if (!changes.isEmpty()) {
      return changes;
    }
    if (isLeaving(rollout)) {
      int next = Math.min(rollout.size(), rollout.nextToLeave() + LEAVE_SLICE);
      return List.of(new RolloutChange.Left(rollout.id(), next));
    }
    if (isRetrying(rollout)) {
      // How much has failed is looked at when all of them have been taken back.
      return retry(rollout, rollout.record().retryFrom(), rollout.state(), slots::prior);
    }
    RolloutState next = next(rollout, nowMillis);
    if (!next.equals(rollout.state())) {
      changes.add(new RolloutChange.Put(rollout.record().with(next)));
    } else if (next.givesPermits()) {
      if (next instanceof RolloutState.Rolling rolling) {
        standIns(rollout, rolling, nowMillis, changes);
      }
      if (rollout.isLookDue(nowMillis)) {
        return List.of(new RolloutChange.LookedAgain(rollout.id(), nowMillis));
      }
      permits(rollout, slots, nowMillis, changes);
    }
    return changes;
  }

  /// Whether the rollout has nobody left, or has been done for a while but for devices that are
  /// dark, or left alone at sites where others failed: nobody is in the waves that are shut, nobody
  /// who was reached is undecided, and no permit of it may be in use. It holds nothing up. After a
  /// start of the hub everybody is dark at first.
  public static boolean holdsNothingUp(Rollout rollout, long nowMillis) {
    return isNobodyAtIt(rollout)
        && (!isAnyUndecided(rollout, 0)
            || (rollout.darkSinceMillis() > 0
                && nowMillis - rollout.darkSinceMillis() >= DARK_MILLIS));
  }

  private static boolean isNobodyAtIt(Rollout rollout) {
    if (!(rollout.state() instanceof RolloutState.Rolling)
        || isAnyBehind(rollout)
        || isRetrying(rollout)
        || rollout.inFlight() > 0) {
      return false;
    }
    for (WaveCount count : rollout.counts()) {
      if (count.reached() > count.succeeded() + count.failed() + count.back()) {
        return false;
      }
    }
    return true;
  }

  /// Whether anybody waits for a wave that is shut.
  private static boolean isAnyBehind(Rollout rollout) {
    return isAnyUndecided(rollout, rollout.state().openThrough() + 1);
  }

  /// Of the waves from this one on.
  private static boolean isAnyUndecided(Rollout rollout, int from) {
    for (int wave = from; wave <= rollout.record().plan().last(); wave++) {
      WaveCount count = rollout.count(wave);
      if (count.succeeded() + count.failed() + count.back() < count.total()) {
        return true;
      }
    }
    return false;
  }

  /// Nobody has proven the release, and the open wave has been dark as a whole for a while: so many
  /// connected devices of later waves take its place that the rollout does not wait for one shop.
  private static void standIns(
      Rollout rollout, RolloutState.Rolling at, long nowMillis, List<RolloutChange> changes) {
    int wave = at.openThrough();
    WaveCount count = rollout.count(wave);
    boolean isLast = !isAnyBehind(rollout);
    boolean isDark =
        isLast
            ? isNobodyAtIt(rollout)
            : count.total() > 0 && count.dark() == count.total() && !isProven(rollout, wave);
    long since = rollout.darkSinceMillis();
    // A time that has not come yet is of a clock that has been set right since.
    if (isDark != since > 0 || since > nowMillis) {
      changes.add(new RolloutChange.Darkened(rollout.id(), isDark ? nowMillis : 0));
      return;
    }
    if (!isDark || isLast || nowMillis - Math.max(since, at.openedMillis()) < DARK_MILLIS) {
      return;
    }
    for (int member : rollout.connectedBehind(wave, Math.min(SLICE, count.total()))) {
      changes.add(moved(rollout, member, wave, rollout.phase(member), rollout.granted(member)));
    }
  }

  /// What lasts goes on from where it was, whatever the clock says by now, and a permit is in use
  /// until it is over by the clock and by the time that has passed: who is dark goes by the time of
  /// before.
  public static List<RolloutChange> clockMoved(Rollout rollout, long byMillis) {
    List<RolloutChange> changes = new ArrayList<>(3);
    changes.add(new RolloutChange.ClockSet(rollout.id(), byMillis));
    if (rollout.state() instanceof RolloutState.Rolling at && at.healthySinceMillis() > 0) {
      long since = Math.max(1, at.healthySinceMillis() + byMillis);
      changes.add(
          new RolloutChange.Put(
              rollout
                  .record()
                  .with(
                      new RolloutState.Rolling(
                          at.openThrough(), at.openedMillis(), since, at.approvedBy()))));
    }
    if (rollout.darkSinceMillis() > 0) {
      long since = Math.max(1, rollout.darkSinceMillis() + byMillis);
      changes.add(new RolloutChange.Darkened(rollout.id(), since));
    }
    return changes;
  }

  /// How the waves stand, when those who read do not know it yet.
  public static List<RolloutChange> count(Rollout rollout) {
    List<WaveCount> now = rollout.counts();
    return rollout.isPlanning() || now.equals(rollout.counted())
        ? List.of()
        : List.of(new RolloutChange.Counted(rollout.id(), now));
  }

  private static void over(Rollout rollout, long nowMillis, List<RolloutChange> changes) {
    List<Integer> over = rollout.over(nowMillis, SLICE);
    if (over.isEmpty()) {
      return;
    }
    for (int member : over) {
      if (!rollout.phase(member).isInFlight() || !rollout.isOver(member, nowMillis)) {
        continue;
      }
      if (rollout.phase(member) == Phase.SWITCHED && rollout.isOnline(member)) {
        // Still at it, and about to tell.
        continue;
      }
      changes.add(released(rollout, member));
    }
    changes.add(new RolloutChange.OverSeen(rollout.id(), over.size()));
  }

  /// A device whose permit is over. Whether it still has the release staged is not known for sure:
  /// it is taken for ready, for a permit too early does no harm, and waiting for a report that came
  /// long ago would never end.
  private static RolloutChange.Moved released(Rollout rollout, int member) {
    boolean isLost = rollout.phase(member) == Phase.LOST;
    return new RolloutChange.Moved(
        rollout.id(),
        member,
        rollout.wave(member),
        rollout.state().isWithdrawn() ? Phase.WAITING : Phase.READY,
        isLost ? 0 : rollout.granted(member),
        rollout.prior(member),
        isLost ? 0 : rollout.holder(member),
        lifeOf(rollout, member),
        null,
        rollout.isOutside(member));
  }

  private static RolloutState next(Rollout rollout, long nowMillis) {
    RolloutState state = rollout.state();
    Long deadline = rollout.record().plan().deadlineMillis();
    boolean isLate = deadline != null && nowMillis >= deadline;
    return switch (state) {
      case RolloutState.Rolling rolling -> {
        Reason cause = tooMuchFailed(rollout);
        if (cause != null) {
          yield rollout.record().plan().abort().rollsBack()
              ? new RolloutState.RolledBack(rolling.openThrough(), "hub", cause, nowMillis)
              : new RolloutState.Aborted(rolling.openThrough(), "hub", cause, nowMillis);
        }
        if (isAllDone(rollout) || isAllTaken(rollout)) {
          yield new RolloutState.Completed(rolling.openThrough(), nowMillis);
        }
        yield isLate
            ? new RolloutState.Expired(rolling.openThrough(), nowMillis)
            : gate(rollout, rolling, nowMillis);
      }
      case RolloutState.Paused paused ->
          isLate ? new RolloutState.Expired(paused.openThrough(), nowMillis) : state;
      case RolloutState.Completed completed -> {
        // Somebody has come back whom newer ones had taken: to the gates where they were.
        boolean isAtAGate =
            completed.openThrough() < rollout.record().plan().last() && isAnyUndecided(rollout, 0);
        yield !isAtAGate
            ? state
            : isLate
                ? new RolloutState.Expired(completed.openThrough(), nowMillis)
                : new RolloutState.Rolling(completed.openThrough(), nowMillis, 0, "");
      }
      case RolloutState.Planning _,
          RolloutState.Aborted _,
          RolloutState.RolledBack _,
          RolloutState.Expired _ ->
          state;
    };
  }

  private static @Nullable Reason tooMuchFailed(Rollout rollout) {
    AbortRule rule = rollout.record().plan().abort();
    int all = 0;
    for (int wave = 0; wave < rollout.record().plan().waves().size(); wave++) {
      WaveCount count = rollout.count(wave);
      all += count.failed();
      if (rule.failedPercent() > 0
          && count.failed() > 0
          && 100L * count.failed() >= (long) rule.failedPercent() * rollout.heard(wave)) {
        return new Reason.RolloutFailures(
            rollout.id().toString(),
            rollout.record().plan().waves().get(wave).name(),
            count.failed(),
            rollout.heard(wave));
      }
    }
    return rule.failed() > 0 && all >= rule.failed()
        ? new Reason.RolloutFailures(rollout.id().toString(), "", all, all)
        : null;
  }

  private static boolean isAllDone(Rollout rollout) {
    return rollout.state().openThrough() >= rollout.record().plan().last()
        && !isAnyUndecided(rollout, 0);
  }

  /// Newer rollouts have each device, and no permit of this one is out: whatever its gates wait
  /// for, nobody waits behind them.
  private static boolean isAllTaken(Rollout rollout) {
    int taken = 0;
    for (WaveCount count : rollout.counts()) {
      if (count.total() > 0 || count.outside() > 0) {
        return false;
      }
      taken += count.taken().total();
    }
    return taken > 0 && rollout.inFlight() == 0;
  }

  private static RolloutState gate(Rollout rollout, RolloutState.Rolling at, long nowMillis) {
    int wave = at.openThrough();
    if (wave >= rollout.record().plan().last()) {
      return at;
    }
    Gate gate = rollout.record().plan().waves().get(wave).gate();
    boolean isHealthy = isHealthy(rollout, wave);
    long since = !isHealthy ? 0 : at.healthySinceMillis() > 0 ? at.healthySinceMillis() : nowMillis;
    WaveCount count = rollout.count(wave);
    boolean hasSoaked = isHealthy && nowMillis - since >= soakMillis(gate, count);
    boolean isApproved = !at.approvedBy().isEmpty();
    boolean isEmpty = count.total() == 0;
    if (isEmpty
        ? isApproved || mayPassEmpty(rollout, wave, gate)
        : hasSoaked && (!gate.needsApproval() || isApproved)) {
      return new RolloutState.Rolling(wave + 1, nowMillis, 0, "");
    }
    return new RolloutState.Rolling(wave, at.openedMillis(), since, at.approvedBy());
  }

  /// How long a wave must have been healthy before the next one opens. Where some of its devices
  /// are dark it takes a while until that is sure.
  public static long soakMillis(Gate gate, WaveCount wave) {
    return wave.dark() == 0 ? gate.soakMillis() : Math.max(gate.soakMillis(), DARK_MILLIS);
  }

  /// A wave without anybody proves nothing: it was picked by a label that nobody has, say, or a
  /// newer rollout has taken its devices. Unless an earlier wave has proven the release, or nobody
  /// is in the rollout at all, a person has to say yes.
  private static boolean mayPassEmpty(Rollout rollout, int wave, Gate gate) {
    return rollout.size() == 0 || (isProven(rollout, wave) && !gate.needsApproval());
  }

  /// Whether enough of the devices that were reached have succeeded. Shops that are dark do not
  /// count; but somebody must have proven the release, else a wave that is dark as a whole would
  /// let the next one go first.
  static boolean isHealthy(Rollout rollout, int wave) {
    WaveCount count = rollout.count(wave);
    Gate gate = rollout.record().plan().waves().get(wave).gate();
    return isProven(rollout, wave)
        && 100L * count.succeeded() >= (long) gate.healthyPercent() * count.reached();
  }

  private static boolean isProven(Rollout rollout, int through) {
    for (int wave = 0; wave <= through; wave++) {
      if (rollout.count(wave).succeeded() > 0) {
        return true;
      }
    }
    return false;
  }

  private static void permits(
      Rollout rollout, Slots slots, long nowMillis, List<RolloutChange> changes) {
    Budgets budgets = rollout.record().plan().budgets();
    Map<Integer, Integer> given = new HashMap<>();
    List<Prior> more = new ArrayList<>();
    IntQueue queue = rollout.queue();
    int all = 0;
    for (int place = 0; place < Math.min(SLICE, queue.size()); place++) {
      int member = queue.get(place);
      int site = rollout.siteNumber(member);
      int atSite = rollout.siteInFlight(member) + given.getOrDefault(site, 0);
      if (!mayHave(rollout, member)) {
        changes.add(new RolloutChange.Skipped(rollout.id(), member, false));
      } else if (isFull(budgets.failuresPerSite(), rollout.siteFailed(member))
          || isFull(budgets.perSite(), atSite)) {
        changes.add(new RolloutChange.Skipped(rollout.id(), member, true));
      } else if (isLater(rollout, member, atSite, slots, nowMillis)) {
        changes.add(new RolloutChange.Postponed(rollout.id(), member));
      } else if (isFull(budgets.inFlight(), rollout.inFlight() + all)) {
        break;
      } else {
        int prior = priorNumber(rollout, slots.prior(rollout.slot(member)), more);
        changes.add(
            new RolloutChange.Moved(
                rollout.id(),
                member,
                rollout.wave(member),
                Phase.PERMITTED,
                nowMillis,
                prior,
                slots.holder(rollout.slot(member)),
                rollout.record().life(),
                null,
                false));
        given.merge(site, 1, Integer::sum);
        all++;
      }
    }
    if (!more.isEmpty()) {
      // Before the devices that point at them.
      changes.addFirst(new RolloutChange.Put(rollout.record().withPriors(more)));
    }
  }

  /// A shop that is closed for longer than a permit is good holds no budget, and what older
  /// rollouts of the application have at its site counts in the site's.
  private static boolean isLater(
      Rollout rollout, int member, int atSite, Slots slots, long nowMillis) {
    RolloutPlan plan = rollout.record().plan();
    SlotRef slot = rollout.slot(member);
    int perSite = plan.budgets().perSite();
    return (perSite > 0 && isFull(perSite, atSite + slots.outElsewhere(slot)))
        || !slots.maySwitchBefore(slot, nowMillis, nowMillis + plan.permitMillis());
  }

  static boolean isFull(int most, int now) {
    return most > 0 && now >= most;
  }

  private static boolean mayHave(Rollout rollout, int member) {
    return rollout.phase(member) == Phase.READY
        && rollout.isOnline(member)
        && rollout.isOpen(member)
        && rollout.isIts(member)
        && !rollout.isSuspect(member);
  }

  private static int priorNumber(Rollout rollout, @Nullable Prior prior, List<Prior> more) {
    if (prior == null || prior.release().equals(rollout.record().digest())) {
      return -1;
    }
    List<Prior> known = rollout.record().priors();
    int at = known.indexOf(prior);
    if (at >= 0) {
      return at;
    }
    int added = more.indexOf(prior);
    if (added < 0) {
      added = more.size();
      more.add(prior);
    }
    return known.size() + added;
  }

  /// The failed ones again, the first slice of them; ticks go on with the others.
  ///
  /// @param without what a slot would have without the rollout
  public static List<RolloutChange> retry(
      Rollout rollout, Function<SlotRef, @Nullable Prior> without, long nowMillis) {
    RolloutState state = rollout.state();
    return retry(
        rollout,
        0,
        state instanceof RolloutState.Rolling
            ? state
            : new RolloutState.Rolling(state.openThrough(), nowMillis, 0, ""),
        without);
  }

  private static boolean isLeaving(Rollout rollout) {
    return rollout.nextToLeave() < rollout.size();
  }

  private static boolean isRetrying(Rollout rollout) {
    return rollout.state() instanceof RolloutState.Rolling
        && rollout.record().retryFrom() != RolloutRecord.NO_RETRY;
  }

  /// @return first how it goes on, then who is tried again
  private static List<RolloutChange> retry(
      Rollout rollout, int from, RolloutState state, Function<SlotRef, @Nullable Prior> without) {
    List<RolloutChange> changes = new ArrayList<>();
    int tried = 0;
    int member = from;
    int end = Math.min(rollout.size(), from + BOUND_SLICE);
    for (; member < end && tried < RETRY_SLICE; member++) {
      if (rollout.isFailed(member)) {
        tried++;
        if (mayTry(rollout, without.apply(rollout.slot(member)))) {
          boolean isBack = rollout.granted(member) == RolloutChange.Moved.GONE_BACK;
          changes.add(moved(rollout, member, isBack ? Phase.WAITING : Phase.RETRYING, 0));
        }
      }
    }
    int next = member < rollout.size() ? member : RolloutRecord.NO_RETRY;
    RolloutRecord record = rollout.record().with(state).retryingFrom(next);
    if (!record.equals(rollout.record())) {
      changes.addFirst(new RolloutChange.Put(record));
    }
    return changes;
  }

  /// Whether a slot would have something else without the rollout: a device that never wants
  /// anything else does not try again.
  private static boolean mayTry(Rollout rollout, @Nullable Prior without) {
    return without == null || !without.release().equals(rollout.record().digest());
  }

  private static RolloutChange.Moved moved(
      Rollout rollout, int member, Phase phase, long grantedMillis) {
    return moved(rollout, member, rollout.wave(member), phase, grantedMillis);
  }

  private static RolloutChange.Moved moved(
      Rollout rollout, int member, int wave, Phase phase, long grantedMillis) {
    return new RolloutChange.Moved(
        rollout.id(),
        member,
        wave,
        phase,
        grantedMillis,
        rollout.prior(member),
        rollout.holder(member),
        lifeOf(rollout, member),
        null,
        rollout.isOutside(member));
  }

  /// What was suspected before stays so: only the device itself can clear it.
  private static int lifeOf(Rollout rollout, int member) {
    return rollout.isSuspect(member) ? rollout.record().life() - 1 : rollout.record().life();
  }
}
