package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A rollout with its devices, in memory. Changed by [#apply] alone.
///
/// Counts are kept as devices move, never counted anew: what a report costs does not depend on how
/// many devices there are.
public final class Rollout {
  /// How long after its end a permit may still be in use, because a device's clock is behind. A
  /// device with a clock further off has no time it trusts and does not switch.
  public static final long PERMIT_MARGIN_MILLIS = 10 * 60_000L;

  private static final int NONE = -1;

  /// When a device is looked at again whose permit is over, and which is still switching.
  private static final long LOOK_AGAIN_SECONDS = 60;

  /// What a device counts as in its wave.
  private enum Kind {
    SUCCEEDED,
    FAILED,
    OUT_ONLINE,
    OUT_DARK,
    DOWNLOADING,
    READY,
    DARK,
    /// Undecided at a site with so many failures that it gets no permit.
    LEFT_ALONE,
    /// Not reached, and nobody can be any more: no slot.
    GONE,
    /// Undecided, and the rollout is not about it any more.
    OUTSIDE,
    BACK,
    TAKEN,
    TAKEN_SUCCEEDED,
    TAKEN_FAILED
  }

  /// Between two looks at devices whose windows open too late for a permit.
  private static final long LOOK_AGAIN_MILLIS = 10 * 60_000;

  private static final int KINDS = Kind.values().length;

  private RolloutRecord record;
  private Members members = new Members();
  private final int[] counts;

  /// Members of each wave with a permit that may be in use, whatever else counts of them.
  private final int[] outs;

  private int inFlight;

  /// Devices that may get a permit, in the order in which they became ready.
  private final IntQueue queue = new IntQueue();

  /// Devices that could not use a permit now, and when they were looked at last.
  private final IntQueue postponed = new IntQueue();

  private long lookedMillis;

  /// Permits by the second in which they are surely over, by a clock that was never set:
  /// [#overSecond].
  private final TreeMap<Long, IntQueue> over = new TreeMap<>();

  /// By so much the hub's clock was set, as far as this process saw it.
  private long setMillis;

  private boolean isSuspicionOver;

  /// Since when the open wave is dark as a whole, or all are open and only dark devices are left,
  /// as far as this process saw it; 0: it is not so.
  private long darkSinceMillis;

  /// Devices that the rollout is not about any more, decided or not.
  private int outside;

  /// How far devices have been looked at, as far as this process did; null: not at all.
  private RolloutChange.@Nullable Looked looked;

  /// What is read of a void rollout after a start was void when its devices came.
  private int nextToLeave = Integer.MAX_VALUE;

  private List<WaveCount> counted = List.of();

  /// While it is being planned.
  private @Nullable Planning planning;

  /// @param next where the search goes on; null: it is over
  private static final class Planning {
    private final WaveSort sort;
    private @Nullable SlotRef next;
    private boolean isSearched;
    private boolean isBound;
    private int written;

    private Planning(WaveSort sort) {
      this.sort = sort;
    }
  }

  Rollout(RolloutRecord record) {
    this.record = record;
    this.counts = new int[record.plan().waves().size() * KINDS];
    this.outs = new int[record.plan().waves().size()];
  }

  public RolloutRecord record() {
    return record;
  }

  public RolloutId id() {
    return record.id();
  }

  public RolloutState state() {
    return record.state();
  }

  public int size() {
    return members.size();
  }

  /// The number of a device; -1 when it does not take part.
  public int find(SlotRef slot) {
    return members.find(slot);
  }

  public SlotRef slot(int member) {
    return members.slot(member);
  }

  public int wave(int member) {
    return members.wave(member);
  }

  public Phase phase(int member) {
    return members.phaseOf(member);
  }

  public @Nullable Reason reason(int member) {
    return members.reason(member);
  }

  public boolean isSuperseded(int member) {
    return members.has(member, Members.SUPERSEDED);
  }

  /// The rollout is not about it any more.
  public boolean isOutside(int member) {
    return members.has(member, Members.OUTSIDE);
  }

  /// How many those are.
  public int outside() {
    return outside;
  }

  /// It was not decided when the rollout ceased to be about it, or the rollout is void, and no
  /// permit of it is out: an older rollout may have it.
  boolean hasLeft(int member) {
    return hasLeft(member, isOutside(member));
  }

  /// As it would be.
  public boolean hasLeft(int member, boolean isOutside) {
    return (state().isVoid() || (isOutside && !members.phaseOf(member).isDecided()))
        && !members.isOut(member);
  }

  /// Whether the rollout still decides what it has.
  boolean isIts(int member) {
    return !isSuperseded(member) && !isOutside(member);
  }

  public boolean isSuspect(int member) {
    return members.has(member, Members.SUSPECT);
  }

  public boolean isOnline(int member) {
    return members.has(member, Members.ONLINE);
  }

  /// Counts against the budgets.
  public boolean isOut(int member) {
    return members.isOut(member);
  }

  /// Devices that may be switching.
  public int inFlight() {
    return inFlight;
  }

  /// When a permit given to this device ends; meaningful while it is out.
  public long notAfterMillis(int member) {
    return members.has(member, Members.SUSPECT)
        ? record.suspectUntilMillis() - PERMIT_MARGIN_MILLIS
        : members.granted(member) + record.plan().permitMillis();
  }

  boolean isOpen(int member) {
    return members.wave(member) <= record.state().openThrough();
  }

  int holder(int member) {
    return members.holder(member);
  }

  int prior(int member) {
    return members.prior(member);
  }

  long granted(int member) {
    return members.granted(member);
  }

  /// It had a permit, and has not said since what it has: it may have switched in the dark.
  public boolean isUnheard(int member) {
    return members.granted(member) > 0 && members.phaseOf(member).maySwitchUnheard();
  }

  public int siteInFlight(int member) {
    return members.siteInFlight(members.site(member));
  }

  /// Devices of a slot's site that are out, but for the one in the slot.
  int outBeside(SlotRef slot) {
    int all = inFlight == 0 ? 0 : members.outAt(slot.site());
    int own = all == 0 ? -1 : find(slot);
    return own >= 0 && isOut(own) ? all - 1 : all;
  }

  public int siteFailed(int member) {
    return members.siteFailed(members.site(member));
  }

  int siteNumber(int member) {
    return members.site(member);
  }

  IntQueue queue() {
    return queue;
  }

  /// The counts as they were written down last, for who reads beside.
  public List<WaveCount> counted() {
    return counted;
  }

  public WaveCount count(int wave) {
    int at = wave * KINDS;
    int succeeded = counts[at + Kind.SUCCEEDED.ordinal()];
    int failed = counts[at + Kind.FAILED.ordinal()];
    int outOnline = counts[at + Kind.OUT_ONLINE.ordinal()];
    int outDark = counts[at + Kind.OUT_DARK.ordinal()];
    int downloading = counts[at + Kind.DOWNLOADING.ordinal()];
    int ready = counts[at + Kind.READY.ordinal()];
    int dark = counts[at + Kind.DARK.ordinal()];
    int leftAlone = counts[at + Kind.LEFT_ALONE.ordinal()];
    int back = counts[at + Kind.BACK.ordinal()];
    int takenSucceeded = counts[at + Kind.TAKEN_SUCCEEDED.ordinal()];
    int takenFailed = counts[at + Kind.TAKEN_FAILED.ordinal()];
    // Who has a permit may be failing by it in the dark.
    int reached = succeeded + failed + outOnline + outDark + downloading + ready + back;
    return new WaveCount(
        reached + dark + leftAlone,
        succeeded,
        failed,
        outOnline + outDark,
        downloading,
        ready,
        dark,
        back,
        reached,
        new WaveCount.Taken(
            counts[at + Kind.TAKEN.ordinal()] + takenSucceeded + takenFailed,
            takenSucceeded,
            takenFailed),
        outs[wave] - outOnline - outDark,
        counts[at + Kind.OUTSIDE.ordinal()],
        leftAlone);
  }

  /// Those of a wave that are decided or connected: what the share of failures is of. Who is dark
  /// with a permit holds a gate shut, and makes no failure smaller; nor does who is left alone.
  int heard(int wave) {
    return count(wave).reached() - counts[wave * KINDS + Kind.OUT_DARK.ordinal()];
  }

  public List<WaveCount> counts() {
    List<WaveCount> all = new ArrayList<>();
    for (int wave = 0; wave < record.plan().waves().size(); wave++) {
      all.add(count(wave));
    }
    return all;
  }

  /// The devices with a permit that may still be used, at most `limit`.
  public List<SlotRef> outstanding(int limit) {
    List<SlotRef> out = new ArrayList<>();
    // Not to the end once all of them were met.
    int all = Math.min(limit, inFlight);
    for (int member = 0; member < members.size() && out.size() < all; member++) {
      if (members.isOut(member)) {
        out.add(members.slot(member));
      }
    }
    return out;
  }

  /// Whether a device has failed and is still the rollout's.
  boolean isFailed(int member) {
    return members.phaseOf(member) == Phase.FAILED && isIts(member);
  }

  /// Connected devices of later waves, at most `limit`.
  List<Integer> connectedBehind(int wave, int limit) {
    List<Integer> found = new ArrayList<>();
    int there = 0;
    for (int later = wave + 1; later < record.plan().waves().size(); later++) {
      there += counts[later * KINDS + Kind.DOWNLOADING.ordinal()];
      there += counts[later * KINDS + Kind.OUT_ONLINE.ordinal()];
    }
    int all = Math.min(limit, there);
    for (int member = 0; member < members.size() && found.size() < all; member++) {
      if (members.wave(member) > wave
          && isOnline(member)
          && isIts(member)
          && members.phaseOf(member) == Phase.WAITING
          && !isLeftAlone(siteFailed(member))) {
        found.add(member);
      }
    }
    return found;
  }

  /// What is selected for the hardware that has the slot now. A permit is for one device alone: who
  /// takes over the slot does not get that of the one before.
  public Choice choice(int member, int holder) {
    return choice(member, holder, isOutside(member), isSuperseded(member));
  }

  /// As it would be.
  ///
  /// @param isOutside whether the rollout would not be about the device any more
  /// @param isSuperseded whether a newer one would have it
  public Choice choice(int member, int holder, boolean isOutside, boolean isSuperseded) {
    Phase phase = members.phaseOf(member);
    boolean isOthers =
        (phase.isInFlight() || isUnheard(member)) && members.holder(member) != holder;
    return Choice.of(
        record,
        isOthers ? Phase.LOST : phase,
        members.wave(member),
        members.granted(member),
        members.prior(member),
        isOutside || isSuperseded,
        isSuspect(member));
  }

  // Planning

  boolean isPlanning() {
    return record.state() instanceof RolloutState.Planning;
  }

  boolean isSearched() {
    return planning != null && planning.isSearched;
  }

  boolean isBound() {
    return planning != null && planning.isBound;
  }

  @Nullable SlotRef searchFrom() {
    return planning == null ? null : planning.next;
  }

  /// The next devices to be written down, with their waves; empty when all are.
  RolloutChange.@Nullable Joined nextBlock(int atMost) {
    if (planning == null) {
      return null;
    }
    int first = planning.written;
    int end = Math.min(planning.sort.size(), first + atMost);
    if (first == end) {
      return null;
    }
    List<SlotRef> slots = new ArrayList<>(end - first);
    byte[] waves = new byte[end - first];
    for (int i = first; i < end; i++) {
      slots.add(planning.sort.slot(i));
      waves[i - first] = planning.sort.wave(i);
    }
    return new RolloutChange.Joined(record.id(), first, slots, waves);
  }

  // Permits that are over

  /// Members whose permit is surely over, at most `limit` of them.
  List<Integer> over(long nowMillis, int limit) {
    Map.Entry<Long, IntQueue> first = over.firstEntry();
    if (first == null || first.getKey() * 1_000 > nowMillis - setMillis) {
      return List.of();
    }
    IntQueue there = first.getValue();
    List<Integer> due = new ArrayList<>();
    for (int i = 0; i < Math.min(limit, there.size()); i++) {
      due.add(there.get(i));
    }
    return due;
  }

  long darkSinceMillis() {
    return darkSinceMillis;
  }

  /// Of what says where rollouts go, when its devices were last looked at; -1: never.
  public long lookedRevision() {
    return looked == null ? -1 : looked.revision();
  }

  /// The device to look at next.
  public int nextToLook() {
    return looked == null ? 0 : looked.next();
  }

  /// Devices that have not been looked at since that revision.
  public int leftToLook() {
    return looked == null ? size() : looked.left();
  }

  /// The first of a void rollout's devices that the older ones have not been told of; [#size] when
  /// they know of all.
  int nextToLeave() {
    return Math.min(nextToLeave, size());
  }

  boolean isSuspicionDue(long nowMillis) {
    return record.suspectUntilMillis() > 0
        && !isSuspicionOver
        && Math.min(nowMillis, nowMillis - setMillis) >= record.suspectUntilMillis();
  }

  private long dueMillis(int member) {
    return members.granted(member) + record.plan().permitMillis() + PERMIT_MARGIN_MILLIS;
  }

  /// Whether the permit that this device has now is over: by the hub's clock, and by the time that
  /// has passed since it was given.
  boolean isOver(int member, long nowMillis) {
    return nowMillis >= dueMillis(member)
        && nowMillis - setMillis >= members.dueSecond(member) * 1_000;
  }

  /// The second in which the permit of this device is over by both, of a clock that was never set.
  private long overSecond(int member) {
    return Math.max(members.dueSecond(member), unset(dueMillis(member)));
  }

  /// The second, by a clock that was never set, in which the hub's shows so much.
  private long unset(long millis) {
    return Math.ceilDiv(millis - setMillis, 1_000);
  }

  // Changes

  void apply(RolloutChange change) {
    switch (change) {
      case RolloutChange.Put c -> put(c.record());
      case RolloutChange.Gone _ -> forgetMembers();
      case RolloutChange.Joined c -> join(c);
      case RolloutChange.Moved c -> move(c);
      case RolloutChange.Counted c -> counted = c.waves();
      case RolloutChange.Seen c -> see(c.member(), c.online());
      case RolloutChange.Found c -> found(c);
      case RolloutChange.Bound _ -> bound();
      case RolloutChange.Skipped c -> skip(c.member(), c.parked());
      case RolloutChange.OverSeen c -> overSeen(c.permits());
      case RolloutChange.SuspicionOver _ -> endSuspicion();
      case RolloutChange.SlotGone c -> slotGone(c.member(), c.isGone());
      case RolloutChange.Postponed c -> postpone(c.member());
      case RolloutChange.LookedAgain c -> lookAgain(c.nowMillis());
      case RolloutChange.ClockSet c -> setClock(c.byMillis());
      case RolloutChange.ClockKnown c -> knowClock(c.setMillis(), c.aheadMillis());
      case RolloutChange.Looked c -> looked = c;
      case RolloutChange.Left c -> nextToLeave = c.next();
      case RolloutChange.Darkened c -> darkSinceMillis = c.sinceMillis();
    }
  }

  private void put(RolloutRecord next) {
    boolean isRestored = next.life() > record.life();
    record = next;
    if (!isPlanning()) {
      planning = null;
    }
    leaveIfVoid();
    if (isRestored) {
      isSuspicionOver = false;
      for (int member = 0; member < members.size(); member++) {
        suspect(member);
      }
    }
  }

  private void leaveIfVoid() {
    if (state().isVoid()) {
      nextToLeave = 0;
    }
  }

  private void forgetMembers() {
    members = new Members();
    Arrays.fill(counts, 0);
    Arrays.fill(outs, 0);
    inFlight = 0;
    outside = 0;
  }

  private void suspect(int member) {
    if (members.phaseOf(member) == Phase.SUCCEEDED || members.phaseOf(member) == Phase.BACK) {
      return;
    }
    boolean wasOut = leave(member);
    members.set(member, Members.SUSPECT, true);
    enter(member, wasOut);
  }

  private void join(RolloutChange.Joined joined) {
    if (joined.first() == 0 && members.size() > 0) {
      // A crash has ended an earlier search: it has begun anew.
      forgetMembers();
    }
    for (int i = 0; i < joined.slots().size(); i++) {
      if (members.find(joined.slots().get(i)) != NONE) {
        continue;
      }
      int member = members.add(joined.slots().get(i), joined.waves()[i]);
      boolean isSuspect = record.suspectUntilMillis() > 0 && !isSuspicionOver;
      members.set(member, Members.SUSPECT, isSuspect);
      enter(member, false);
    }
    if (planning != null) {
      planning.written += joined.slots().size();
    }
  }

  private void move(RolloutChange.Moved moved) {
    int member = moved.member();
    int failedBefore = members.siteFailed(members.site(member));
    siteFails(
        members.site(member),
        failedBefore
            + (moved.phase() == Phase.FAILED ? 1 : 0)
            - (members.phaseOf(member) == Phase.FAILED ? 1 : 0));
    boolean wasOut = leave(member);
    boolean isGiven = members.granted(member) != moved.grantedMillis();
    members.wave(member, (byte) moved.wave());
    members.phase(member, moved.phase());
    members.granted(member, moved.grantedMillis());
    members.prior(member, moved.prior());
    members.holder(member, moved.holder());
    members.reason(member, moved.reason());
    outside += (moved.isOutside() ? 1 : 0) - (isOutside(member) ? 1 : 0);
    members.set(member, Members.OUTSIDE, moved.isOutside());
    boolean isOfThisLife = moved.life() == record.life();
    members.set(
        member,
        Members.SUSPECT,
        !isOfThisLife
            && !isSuspicionOver
            && moved.phase() != Phase.SUCCEEDED
            && moved.phase() != Phase.BACK);
    enter(member, wasOut);
    if (isGiven) {
      members.dueSecond(member, unset(dueMillis(member)));
    }
    if (moved.phase().isInFlight()) {
      awaitOver(member, overSecond(member));
    }
    if (moved.phase() == Phase.PERMITTED && !queue.isEmpty() && queue.get(0) == member) {
      members.set(queue.remove(), Members.QUEUED, false);
    }
    enqueueIfReady(member);
    if ((wasOut && !members.isOut(member))
        || members.siteFailed(members.site(member)) < failedBefore) {
      unpark(members.site(member));
    }
  }

  /// When the site is left alone from now on, or no more, all of its devices count as something
  /// else.
  private void siteFails(int site, int failed) {
    if (isLeftAlone(members.siteFailed(site)) == isLeftAlone(failed)) {
      members.siteFailed(site, failed);
      return;
    }
    countSite(site, -1);
    members.siteFailed(site, failed);
    countSite(site, 1);
  }

  private void countSite(int site, int more) {
    for (int member = members.firstAt(site); member != NONE; member = members.nextAtSite(member)) {
      counts[members.wave(member) * KINDS + kind(member).ordinal()] += more;
    }
  }

  private boolean isLeftAlone(int failedAtSite) {
    return RolloutSteps.isFull(record.plan().budgets().failuresPerSite(), failedAtSite);
  }

  private void see(int member, boolean online) {
    boolean wasOut = leave(member);
    members.set(member, Members.ONLINE, online);
    enter(member, wasOut);
    enqueueIfReady(member);
  }

  private void slotGone(int member, boolean isGone) {
    boolean wasOut = leave(member);
    members.set(member, Members.GONE, isGone);
    enter(member, wasOut);
  }

  /// A newer rollout has the device, or has it no more.
  void supersede(int member, boolean isSuperseded) {
    if (isSuperseded(member) != isSuperseded) {
      boolean wasOut = leave(member);
      members.set(member, Members.SUPERSEDED, isSuperseded);
      enter(member, wasOut);
      enqueueIfReady(member);
    }
  }

  private void enqueueIfReady(int member) {
    if (members.phaseOf(member) == Phase.READY
        && isOnline(member)
        && !members.has(member, Members.QUEUED)
        && !members.has(member, Members.PARKED)) {
      members.set(member, Members.QUEUED, true);
      queue.add(member);
    }
  }

  private void skip(int member, boolean parked) {
    int first = queue.remove();
    if (first != member) {
      throw new IllegalStateException("device " + member + " was not the first to wait");
    }
    members.set(member, Members.QUEUED, false);
    int site = members.site(member);
    if (parked) {
      members.set(member, Members.PARKED, true);
      members.nextParked(member, members.parkedAt(site));
      members.parkedAt(site, member);
    } else {
      unpark(site);
    }
  }

  private void postpone(int member) {
    int first = queue.remove();
    if (first != member) {
      throw new IllegalStateException("device " + member + " was not the first to wait");
    }
    postponed.add(member);
  }

  private void lookAgain(long nowMillis) {
    lookedMillis = nowMillis;
    while (!postponed.isEmpty()) {
      queue.add(postponed.remove());
    }
  }

  boolean isLookDue(long nowMillis) {
    return !postponed.isEmpty() && Math.abs(nowMillis - lookedMillis) >= LOOK_AGAIN_MILLIS;
  }

  private void unpark(int site) {
    int member = members.parkedAt(site);
    if (member == NONE) {
      return;
    }
    members.parkedAt(site, members.nextParked(member));
    members.nextParked(member, NONE);
    members.set(member, Members.PARKED, false);
    members.set(member, Members.QUEUED, true);
    queue.add(member);
  }

  private void overSeen(int permits) {
    Map.Entry<Long, IntQueue> first = over.firstEntry();
    long again = first.getKey() + LOOK_AGAIN_SECONDS;
    for (int i = 0; i < permits; i++) {
      int member = first.getValue().remove();
      if (members.phaseOf(member).isInFlight() && overSecond(member) <= first.getKey()) {
        // Connected, and still at it.
        awaitOver(member, again);
      }
    }
    if (first.getValue().isEmpty()) {
      over.remove(first.getKey());
    }
  }

  private void awaitOver(int member, long second) {
    over.computeIfAbsent(second, it -> new IntQueue()).add(member);
  }

  private void setClock(long byMillis) {
    setMillis += byMillis;
    watchAll();
  }

  private void knowClock(long millis, long aheadMillis) {
    setMillis = millis;
    for (int member = 0; member < members.size(); member++) {
      boolean isOut = members.phaseOf(member).isInFlight();
      if (millis > 0 && isOut && members.granted(member) >= aheadMillis) {
        members.dueSecond(member, unset(dueMillis(member)));
      }
    }
    watchAll();
  }

  private void watchAll() {
    over.clear();
    for (int member = 0; member < members.size(); member++) {
      if (members.phaseOf(member).isInFlight()) {
        awaitOver(member, overSecond(member));
      }
    }
  }

  private void endSuspicion() {
    isSuspicionOver = true;
    leaveIfVoid();
    for (int member = 0; member < members.size(); member++) {
      if (members.has(member, Members.SUSPECT)) {
        boolean wasOut = leave(member);
        members.set(member, Members.SUSPECT, false);
        enter(member, wasOut);
        enqueueIfReady(member);
      }
    }
    for (int site = 0; site < members.sites(); site++) {
      unparkAll(site);
    }
  }

  private void unparkAll(int site) {
    while (members.parkedAt(site) != NONE) {
      unpark(site);
    }
  }

  private void found(RolloutChange.Found found) {
    Planning now = planning;
    if (now == null) {
      now = new Planning(new WaveSort(record.id(), record.plan()));
      planning = now;
    }
    now.sort.add(found.slots(), found.named());
    now.next = found.next();
    now.isSearched = found.next() == null;
  }

  private void bound() {
    if (planning != null) {
      planning.isBound = planning.sort.bound(RolloutSteps.BOUND_SLICE);
    }
  }

  /// @return whether it counted against the budgets
  private boolean leave(int member) {
    counts[members.wave(member) * KINDS + kind(member).ordinal()]--;
    boolean isOut = members.isOut(member);
    outs[members.wave(member)] -= isOut ? 1 : 0;
    return isOut;
  }

  private void enter(int member, boolean wasOut) {
    counts[members.wave(member) * KINDS + kind(member).ordinal()]++;
    outs[members.wave(member)] += members.isOut(member) ? 1 : 0;
    int more = (members.isOut(member) ? 1 : 0) - (wasOut ? 1 : 0);
    inFlight += more;
    if (more != 0) {
      int site = members.site(member);
      members.siteInFlight(site, members.siteInFlight(site) + more);
    }
  }

  private Kind kind(int member) {
    Phase phase = members.phaseOf(member);
    if (members.has(member, Members.SUPERSEDED)) {
      return switch (phase) {
        case SUCCEEDED -> Kind.TAKEN_SUCCEEDED;
        case FAILED -> Kind.TAKEN_FAILED;
        case WAITING, READY, PERMITTED, SWITCHED, RETRYING, LOST, BACK -> Kind.TAKEN;
      };
    }
    boolean online = members.has(member, Members.ONLINE);
    if (phase.isDecided()) {
      return switch (phase) {
        case SUCCEEDED -> Kind.SUCCEEDED;
        case BACK -> Kind.BACK;
        case FAILED, WAITING, READY, PERMITTED, SWITCHED, RETRYING, LOST -> Kind.FAILED;
      };
    }
    if (isOutside(member)) {
      return Kind.OUTSIDE;
    }
    if (members.isOut(member)) {
      return online ? Kind.OUT_ONLINE : Kind.OUT_DARK;
    }
    if (!online && members.has(member, Members.GONE)) {
      return Kind.GONE;
    }
    if (waits(phase) && isLeftAlone(members.siteFailed(members.site(member)))) {
      return Kind.LEFT_ALONE;
    }
    if (!online) {
      return Kind.DARK;
    }
    return phase == Phase.READY ? Kind.READY : Kind.DOWNLOADING;
  }

  /// For a permit, or for what it takes to get one.
  static boolean waits(Phase phase) {
    return phase == Phase.WAITING || phase == Phase.READY;
  }

  @Override
  public String toString() {
    return record.id() + " " + record.release() + " " + Arrays.toString(counts);
  }
}
