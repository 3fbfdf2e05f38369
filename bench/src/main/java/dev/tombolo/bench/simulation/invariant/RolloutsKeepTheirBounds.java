package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.Now;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.window.BestTime;
import dev.tombolo.hub.core.Assignment;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.ReportRow;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// I7: at any instant no more devices of a site and of a rollout are switching, or may, than its
/// budgets allow; no wave begins before its gate, none waits for ever once that is passed, no site
/// and no rollout goes on beyond its failures, and nothing after a person has said stop. Judged by
/// what devices hold and do, and by what they told, not by what the engine counts.
final class RolloutsKeepTheirBounds extends Invariant {
  /// So wrong a clock of the hub spoils the times of permits, which devices judge by theirs: of its
  /// rollouts only waves and gates are judged from then on, by the hub's own time.
  private static final long CLOCK_OFF_MAX_MILLIS = 2_000;

  /// So long a device has been dark before its wave may go on without it; a little less, for the
  /// hub looks once in a while.
  private static final long SURELY_DARK_MILLIS = 9 * 60_000;

  /// By then the hub is sure of who is dark.
  private static final long SURELY_SEEN_MILLIS = 15 * 60_000;

  private final Facts facts;
  private final Name fleet;
  private final Map<RolloutId, GateFacts> gates = new TreeMap<>();
  private final Map<DeviceId, Boolean> online = new HashMap<>();

  /// The highest wave of each rollout that was opened as it should be. Stays through restores.
  private final Map<Begun, Integer> opened = new HashMap<>();

  private final Set<RolloutId> unsure = new HashSet<>();

  /// Of those a permit may have been out while the hub's clock was set.
  private final Set<RolloutId> sawAMove = new HashSet<>();

  /// The hub's process has begun anew since: how long a permit was in use by then it cannot know.
  private final Set<RolloutId> forgot = new HashSet<>();

  /// How wrong the hub's clock is, as far as the hub has seen it change.
  private long seenOffMillis;

  /// By so much the hub's clock was set since it wrote something down.
  private long clockMovedMillis;

  /// Those that get devices further on in the commit that is being looked at.
  private Set<RolloutId> joining = Set.of();

  /// Counts what may change how a wave stands.
  private long moves;

  private final TreeMap<Integer, Shop> shops = new TreeMap<>();
  private final Map<Integer, DeviceUnderWay> underWay = new HashMap<>();

  /// Documents that the hub made, and what was ever selected by somebody for a place.
  private final Set<Digest> documents = new HashSet<>();

  private final Map<Assignment.Place, Set<Digest>> assigned = new HashMap<>();
  private final Map<SlotRef, Set<Digest>> proven = new HashMap<>();

  /// @param fleet of the shops: what devices on test benches say of themselves nobody can check
  RolloutsKeepTheirBounds(Facts facts, Name fleet) {
    super("I7");
    this.facts = facts;
    this.fleet = fleet;
  }

  /// A restored hub may give the number of a rollout once more that it has lost.
  private record Begun(RolloutId id, long millis) {
    static Begun of(RolloutRecord record) {
      return new Begun(record.id(), record.createdMillis());
    }
  }

  /// What one device has of permits: those it holds in its document, and those it has used.
  private static final class DeviceUnderWay {
    private final Map<Name, Permit> used = new HashMap<>();

    /// Where it was when it used them, as long as nobody else has been there since.
    private final Map<Name, SlotRef> usedAt = new HashMap<>();

    private final Set<Digest> proven = new HashSet<>();
    private @Nullable Digest document;
    private Map<Name, Permit> held = Map.of();
  }

  // ---- what people say

  /// Somebody is about to say this: it may be heard, whatever becomes of the answer.
  void asked(AdminCommand command) {
    if (command instanceof AdminCommand.SteerRollout it) {
      GateFacts its = gates.get(it.rollout());
      if (its == null) {
        return;
      }
      switch (it.action()) {
        case APPROVE -> {
          its.isApproved = true;
          its.isOpenedAnyway |= it.anyway();
        }
        case RESUME -> its.stoppedSince = null;
        case RETRY -> {
          moves++;
          its.stoppedSince = null;
          its.failed.clear();
          its.fullSince.clear();
          its.failedTicks = 0;
          its.retriedMillis = facts.hub.clockMillis;
        }
        case PAUSE, ABORT, ROLLBACK -> {}
      }
    }
  }

  void answered(AdminCommand command, AdminAnswer answer, long clockMillis) {
    if (command instanceof AdminCommand.SteerRollout it && answer instanceof AdminAnswer.Done) {
      GateFacts its = gates.get(it.rollout());
      boolean stops =
          switch (it.action()) {
            case PAUSE, ABORT, ROLLBACK -> true;
            case RESUME, APPROVE, RETRY -> false;
          };
      if (its != null && stops) {
        its.stoppedSince = clockMillis;
      }
    }
  }

  // ---- what the hub commits

  /// What it saw of its clock and did not write down, it does not know.
  void hubStarts() {
    clockMovedMillis = 0;
    forgot.addAll(sawAMove);
    hubForgetsLines();
  }

  void hubClockMoved(long byMillis) {
    clockMovedMillis += byMillis;
    seenOffMillis += byMillis;
    sawAMove.addAll(gates.keySet());
  }

  /// The hub has begun anew: it knows of no line.
  void hubForgetsLines() {
    online.clear();
  }

  @Override
  void hubDoes(HubEffect effect, long nowMillis) {
    if (effect instanceof HubEffect.StartedOver) {
      hubForgetsLines();
    }
  }

  @Override
  Runnable bookmark() {
    Map<RolloutId, GateFacts> then = new TreeMap<>();
    gates.forEach((id, its) -> then.put(id, its.copy()));
    return () -> {
      gates.clear();
      then.forEach((id, its) -> gates.put(id, its.copy()));
      moves++;
    };
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    boolean isWrong = Math.abs(facts.hub.clockMillis - nowMillis) > CLOCK_OFF_MAX_MILLIS;
    if (isWrong) {
      unsure.addAll(gates.keySet());
    }
    if (clockMovedMillis != 0) {
      for (GateFacts its : gates.values()) {
        its.healthySince = its.healthySince == 0 ? 0 : its.healthySince + clockMovedMillis;
      }
      clockMovedMillis = 0;
    }
    joining = joining(changes);
    for (HubChange.Durable change : changes) {
      switch (change) {
        case HubChange.PresencePut(var presence) -> {
          online.put(presence.device(), presence.online());
          healthMoves();
        }
        case HubChange.RowsTaken taken -> {
          for (ReportRow row : taken.rows()) {
            if (row.body() instanceof ReportBody.State said) {
              told(taken.device(), said);
            }
          }
        }
        case HubChange.RolloutKept(var kept) -> {
          if (kept instanceof RolloutChange.Joined joined) {
            joining.remove(joined.rollout());
          }
          rollout(kept, isWrong);
        }
        case HubChange.DocumentPut(var document) -> documents.add(document.manifest());
        case HubChange.DevicePut(var device) -> takesTheSlot(device);
        case HubChange.AssignmentPut(var it) ->
            assigned.computeIfAbsent(it.place(), unseen -> new HashSet<>()).add(it.release());
        default -> {}
      }
    }
  }

  private static Set<RolloutId> joining(List<HubChange.Durable> changes) {
    Set<RolloutId> joining = new HashSet<>();
    for (HubChange.Durable change : changes) {
      if (change instanceof HubChange.RolloutKept(RolloutChange.Joined joined)) {
        joining.add(joined.rollout());
      }
    }
    return joining;
  }

  /// Other hardware where somebody has used a permit begins anew there.
  private void takesTheSlot(DeviceRecord device) {
    for (Shop shop : shops.values()) {
      if (!shop.device().equals(Optional.of(device.id()))) {
        of(shop).usedAt.values().removeIf(device.slot()::equals);
      }
    }
  }

  private void rollout(RolloutChange.Kept kept, boolean isWrong) {
    if (kept instanceof RolloutChange.Joined || kept instanceof RolloutChange.Moved) {
      // A newer rollout takes devices from a wave; others stand in for it.
      healthMoves();
    }
    if (kept instanceof RolloutChange.Counted counted) {
      leftAloneAreRight(counted);
    }
    if (kept instanceof RolloutChange.Put(var record) && record.scope().fleet().equals(fleet)) {
      moves++;
      RolloutId id = record.id();
      GateFacts known = gates.get(id);
      if (known == null || !Begun.of(known.record).equals(Begun.of(record))) {
        known = new GateFacts(record);
        gates.put(id, known);
        unsure.remove(id);
        sawAMove.remove(id);
        forgot.remove(id);
      }
      if (isWrong) {
        unsure.add(id);
      }
      put(record, known);
    }
  }

  private void put(RolloutRecord record, GateFacts its) {
    int through = record.state().openThrough();
    int before = its.openThrough;
    its.openThrough = through;
    its.record = record;
    its.hasCompleted |= record.state() instanceof RolloutState.Completed;
    if (through <= before) {
      // Somebody may have let it go on: from then on it soaks.
      health(record, its);
      return;
    }
    if (before < 0) {
      wavesAreRight(record);
    } else {
      hold(
          through == before + 1,
          -1,
          () -> record.id() + " opens wave " + through + " after wave " + before);
      gateIsPassed(record, its, before);
    }
    its.isApproved = false;
    its.isOpenedAnyway = false;
    its.healthySince = 0;
    its.surelyHealthySince = 0;
    its.dueTicks = 0;
    its.unhealthyTicks = 0;
    opened.merge(Begun.of(record), through, Math::max);
    health(record, its);
  }

  /// No counted wave is larger than it was to be, and no other takes whom it does not name.
  private void wavesAreRight(RolloutRecord record) {
    RolloutFacts.Its its = facts.hub.rollouts.find(record.id());
    if (its == null) {
      return;
    }
    int[] sizes = new int[record.plan().waves().size()];
    for (int wave : its.waves) {
      sizes[wave]++;
    }
    int all = its.slots.size();
    for (int wave = 0; wave < sizes.length; wave++) {
      int size = sizes[wave];
      Pick pick = record.plan().waves().get(wave).pick();
      int most =
          switch (pick) {
            case Pick.Count it -> it.devices();
            case Pick.Percent it -> (all * it.percent() + 99) / 100;
            case Pick.Listed it -> it.slots().size();
            case Pick.Labelled _, Pick.Rest _ -> all;
          };
      int number = wave;
      hold(
          size <= most,
          -1,
          () -> "wave " + number + " of " + record.id() + " has " + size + " devices: " + pick);
    }
  }

  /// By the hub's own time, right or wrong.
  private void gateIsPassed(RolloutRecord record, GateFacts its, int wave) {
    Gate gate = record.plan().waves().get(wave).gate();
    Share share = share(record, its, wave);
    if (its.isOpenedAnyway) {
      return;
    }
    if (share.total == 0) {
      hold(
          its.isApproved || (share.isProven && !gate.needsApproval()) || isNobodyIn(record),
          -1,
          () -> record.id() + " goes on after wave " + wave + ", in which nobody is: " + share);
      return;
    }
    hold(
        share.isHealthy(gate),
        -1,
        () -> record.id() + " goes on after wave " + wave + ", of which " + share + ", " + gate);
    // Whoever is dark may be so because lines broke, or the hub began anew. After a restore they
    // count as if each had a permit.
    boolean mayBeDark = share.isAnyDark() && facts.hub.clockMillis >= record.suspectUntilMillis();
    long soak = Math.max(gate.soakMillis(), mayBeDark ? SURELY_DARK_MILLIS : 0);
    hold(
        soak == 0
            || (its.healthySince > 0
                && facts.hub.clockMillis - its.healthySince >= soak
                && its.unhealthyTicks <= facts.hub.rollouts.count() + 1),
        -1,
        () ->
            record.id()
                + " goes on after wave "
                + wave
                + " before it has soaked, "
                + gate
                + ", "
                + share
                + ", healthy since "
                + (its.healthySince == 0
                    ? "never"
                    : facts.hub.clockMillis - its.healthySince + " ms"));
    hold(
        !gate.needsApproval() || its.isApproved,
        -1,
        () -> record.id() + " goes on after wave " + wave + ", and nobody has approved it");
  }

  private boolean isNobodyIn(RolloutRecord record) {
    RolloutFacts.Its members = facts.hub.rollouts.find(record.id());
    return members == null || members.slots.isEmpty();
  }

  /// How a wave stands by what its devices said, and what they have.
  ///
  /// @param awaited dark ones of which the hub wrote down that a permit is out
  /// @param leftAlone those of sites with too many failures, who have no permit and get none
  private record Share(
      int total,
      int succeeded,
      int failed,
      int heard,
      int reached,
      int awaited,
      int leftAlone,
      boolean isProven) {
    boolean isAnyDark() {
      return reached + awaited + leftAlone < total;
    }

    boolean isHealthy(Gate gate) {
      return isProven && 100L * succeeded >= (long) gate.healthyPercent() * reached;
    }
  }

  private Share share(RolloutRecord record, GateFacts its, int wave) {
    RolloutFacts.Its members = facts.hub.rollouts.find(record.id());
    if (members == null) {
      return new Share(0, 0, 0, 0, 0, 0, 0, false);
    }
    Map<SlotRef, DeviceId> holders = facts.hub.holders();
    Set<SlotRef> superseded =
        facts.hub.rollouts.superseded(members, joining, facts.hub.clockMillis);
    Set<Name> full = full(record, its, members);
    int total = 0;
    int leftAlone = 0;
    int succeeded = 0;
    int failed = 0;
    int connected = 0;
    int underWay = 0;
    int awaited = 0;
    boolean isProven = false;
    for (int i = 0; i < members.slots.size(); i++) {
      SlotRef slot = members.slots.get(i);
      if (members.waves.get(i) > wave || superseded.contains(slot)) {
        continue;
      }
      boolean isGood = its.succeeded.contains(slot);
      isProven |= isGood;
      if (members.waves.get(i) < wave) {
        continue;
      }
      DeviceId holder = holders.get(slot);
      boolean isOnline = holder != null && online.getOrDefault(holder, false);
      total++;
      if (isGood) {
        succeeded++;
      } else if (its.failed.contains(slot)) {
        failed++;
      } else if (members.isOutside(i)) {
        total--;
      } else if (full.contains(slot.site())
          && members.isWithoutPermit(i, facts.hub.clockMillis)
          && (isOnline || !facts.hub.goneSlots.contains(slot))
          && !mayBeSwitching(holder, record)) {
        leftAlone++;
      } else if (isOnline) {
        connected++;
      } else if (holder != null && isUnderWay(holder, record, its.failedWith.get(slot))) {
        underWay++;
      } else if (members.isInFlight(i)) {
        awaited++;
      } else if (facts.hub.goneSlots.contains(slot)) {
        total--;
      }
    }
    int heard = succeeded + failed + connected;
    return new Share(
        total, succeeded, failed, heard, heard + underWay, awaited, leftAlone, isProven);
  }

  /// Sites that have as many failures as they may have: those that the hub wrote down, and of which
  /// a device has truly told.
  private Set<Name> full(RolloutRecord record, GateFacts its, RolloutFacts.Its members) {
    int most = record.plan().budgets().failuresPerSite();
    if (most == 0 || its.saidNo.isEmpty()) {
      return Set.of();
    }
    Map<Name, Integer> failures = new HashMap<>();
    for (int i = 0; i < members.slots.size(); i++) {
      SlotRef slot = members.slots.get(i);
      if (members.isFailed(i) && its.saidNo.contains(slot)) {
        failures.merge(slot.site(), 1, Integer::sum);
      }
    }
    failures.values().removeIf(count -> count < most);
    return failures.keySet();
  }

  /// No device is said to be left alone for the failures of its site where there are fewer. The
  /// counts are of the moment before what is written down with them.
  private void leftAloneAreRight(RolloutChange.Counted counted) {
    GateFacts its = gates.get(counted.rollout());
    RolloutFacts.Its members = facts.hub.rollouts.find(counted.rollout());
    boolean isAnySaid = counted.waves().stream().anyMatch(wave -> wave.leftAlone() > 0);
    if (its == null || members == null || !isAnySaid) {
      return;
    }
    int most = its.record.plan().budgets().failuresPerSite();
    Map<Name, Integer> failures = new HashMap<>();
    for (int i = 0; i < members.slots.size(); i++) {
      SlotRef slot = members.slots.get(i);
      if (members.isFailed(i) || its.saidNo.contains(slot)) {
        failures.merge(slot.site(), 1, Integer::sum);
      }
    }
    for (int wave = 0; wave < counted.waves().size(); wave++) {
      int leftAlone = counted.waves().get(wave).leftAlone();
      int may = 0;
      for (int i = 0; i < members.slots.size() && leftAlone > may; i++) {
        boolean isThere = members.waves.get(i) == wave;
        int failed = failures.getOrDefault(members.slots.get(i).site(), 0);
        may += isThere && most > 0 && failed >= most ? 1 : 0;
      }
      int number = wave;
      int atMost = may;
      hold(
          leftAlone <= atMost,
          -1,
          () ->
              its.record.id()
                  + " says that "
                  + leftAlone
                  + " of wave "
                  + number
                  + " are left alone, where it can be "
                  + atMost
                  + " by the failures of their sites, "
                  + failures);
    }
  }

  private boolean mayBeSwitching(@Nullable DeviceId holder, RolloutRecord record) {
    Shop shop = holder == null ? null : facts.shopOf(holder);
    return holder != null
        && shop != null
        && !facts.wasCopied(holder)
        && inFlight(shop, record, facts.hub.clockMillis) != InFlight.NOT;
  }

  /// Whether it has a permit that is good, or has used it: what becomes of it counts, though it is
  /// dark.
  ///
  /// @param failedWith that it told of
  private boolean isUnderWay(DeviceId holder, RolloutRecord record, @Nullable Permit failedWith) {
    Shop shop = facts.shopOf(holder);
    if (shop == null || facts.wasCopied(holder)) {
      return false;
    }
    Permit used = of(shop).used.get(record.application());
    return inFlight(shop, record, facts.hub.clockMillis) != InFlight.NOT
        || (isGood(used, record, facts.hub.clockMillis) && !Objects.equals(used, failedWith));
  }

  // ---- what devices tell

  private void told(DeviceId device, ReportBody.State said) {
    DeviceRecord record = facts.hub.devices.get(device);
    if (record == null || !record.isActive()) {
      return;
    }
    for (ApplicationStatus status : said.applications()) {
      toldUnheard(device, record.slot(), status);
      if (status.phase() == ApplicationStatus.Phase.LIVE
          || status.phase() == ApplicationStatus.Phase.ROLLED_BACK
          || isRefused(status)) {
        for (GateFacts its : gates.values()) {
          if (its.record.digest().equals(status.wanted())) {
            told(its, device, record.slot(), status);
          }
        }
      }
    }
  }

  /// What it runs it has switched to by a permit in the dark, though it wants something else by
  /// now; or may have, by one that a restore lost.
  private void toldUnheard(DeviceId device, SlotRef slot, ApplicationStatus status) {
    for (GateFacts its : gates.values()) {
      RolloutRecord record = its.record;
      RolloutFacts.Its members = facts.hub.rollouts.find(record.id());
      if (record.digest().equals(status.live())
          && !record.digest().equals(status.wanted())
          && record.application().equals(status.name())
          && !(record.state() instanceof RolloutState.RolledBack)
          && members != null
          && members.has(slot)
          && (hasUsed(device, record, its.retriedMillis)
              || facts.hub.clockMillis < record.suspectUntilMillis())) {
        its.saidNo.remove(slot);
        its.succeeded.add(slot);
        its.failed.remove(slot);
        limits(record, its, slot.site());
        moves++;
        health(record, its);
      }
    }
  }

  /// It will not take the release, for a reason that does not go away by waiting.
  private static boolean isRefused(ApplicationStatus status) {
    boolean isOnItsWay =
        status.phase() == ApplicationStatus.Phase.FETCHING
            || status.phase() == ApplicationStatus.Phase.ABSENT;
    return isOnItsWay
        && status.reasons().stream()
            .anyMatch(
                reason ->
                    reason instanceof Reason.RejectedHere
                        || reason instanceof Reason.NoVariant
                        || reason instanceof Reason.FleetMismatch
                        || reason instanceof Reason.SignatureRefused
                        || reason instanceof Reason.BelowSecurityFloor
                        || reason instanceof Reason.ParameterInvalid
                        || reason instanceof Reason.ReleaseInvalid
                        || reason instanceof Reason.PathRefused
                        || reason instanceof Reason.FeatureMissing);
  }

  private void told(GateFacts its, DeviceId device, SlotRef slot, ApplicationStatus status) {
    RolloutRecord record = its.record;
    RolloutFacts.Its members = facts.hub.rollouts.find(record.id());
    if (members == null || !members.has(slot)) {
      return;
    }
    if (status.phase() != ApplicationStatus.Phase.LIVE) {
      its.saidNo.add(slot);
    }
    Permit used = used(device, record, its.retriedMillis);
    if (status.phase() == ApplicationStatus.Phase.LIVE && record.digest().equals(status.live())) {
      its.saidNo.remove(slot);
      its.succeeded.add(slot);
      its.failed.remove(slot);
      proven.computeIfAbsent(slot, unseen -> new HashSet<>()).add(record.digest());
      limits(record, its, slot.site());
    } else if (status.phase() == ApplicationStatus.Phase.ROLLED_BACK
        && used != null
        && !(record.state() instanceof RolloutState.RolledBack)) {
      its.failed.add(slot);
      its.failedBy.put(slot, device);
      its.failedWith.put(slot, used);
      its.succeeded.remove(slot);
      limits(record, its, slot.site());
    }
    moves++;
    health(record, its);
  }

  /// Whether it truly switched, by a permit of this rollout that was given since.
  private boolean hasUsed(DeviceId device, RolloutRecord record, long sinceMillis) {
    return used(device, record, sinceMillis) != null;
  }

  private @Nullable Permit used(DeviceId device, RolloutRecord record, long sinceMillis) {
    Shop shop = facts.shopOf(device);
    if (shop == null || facts.wasCopied(device)) {
      return null;
    }
    Permit used = of(shop).used.get(record.application());
    return used != null
            && used.rollout().text().equals(record.id().toString())
            && used.notBeforeMillis() >= Math.max(sinceMillis, record.createdMillis())
        ? used
        : null;
  }

  /// Other hardware in the slot has not failed yet.
  private boolean isHeldBy(@Nullable DeviceId failed, SlotRef slot) {
    DeviceRecord record = failed == null ? null : facts.hub.devices.get(failed);
    return record != null && record.isActive() && record.slot().equals(slot);
  }

  private void limits(RolloutRecord record, GateFacts its, Name site) {
    int most = record.plan().budgets().failuresPerSite();
    long failures =
        its.failed.stream()
            .filter(slot -> slot.site().equals(site) && isHeldBy(its.failedBy.get(slot), slot))
            .count();
    if (most > 0 && failures >= most) {
      its.fullSince.putIfAbsent(site, facts.hub.clockMillis);
    } else {
      its.fullSince.remove(site);
    }
  }

  // ---- what time brings

  private void healthMoves() {
    moves++;
    for (GateFacts its : gates.values()) {
      health(its.record, its);
    }
  }

  private static boolean isRolling(RolloutRecord record) {
    return record.state() instanceof RolloutState.Rolling;
  }

  private void health(RolloutRecord record, GateFacts its) {
    int wave = record.state().openThrough();
    if (!isRolling(record) || wave >= record.plan().last()) {
      its.surelyHealthySince = 0;
      return;
    }
    boolean isSure = isSurelyHealthy(record, wave);
    boolean wasSure = its.surelyHealthySince > 0;
    its.surelyHealthySince = !isSure ? 0 : wasSure ? its.surelyHealthySince : facts.hub.clockMillis;
    boolean isHealthy = share(record, its, wave).isHealthy(record.plan().waves().get(wave).gate());
    its.isHealthy = isHealthy;
    if (isHealthy) {
      its.unhealthyTicks = 0;
      its.healthySince = its.healthySince == 0 ? facts.hub.clockMillis : its.healthySince;
    }
  }

  /// The hub is about to look at the time. It takes the rollouts in turn: what lasted through so
  /// many looks, it has seen.
  ///
  /// @param clockMillis what the hub's own clock shows
  void hubTicks(long nowMillis, long clockMillis) {
    if (clockMillis - nowMillis != seenOffMillis) {
      // It was set while no hub ran.
      seenOffMillis = clockMillis - nowMillis;
      forgot.addAll(gates.keySet());
    }
    for (GateFacts its : gates.values()) {
      if (!isRolling(its.record)) {
        continue;
      }
      if (clockMovedMillis == 0) {
        // Its clock was set back while it was down: it was healthy by then at least.
        its.healthySince = Math.min(its.healthySince, clockMillis);
      }
      its.dueTicks = isDue(its.record, its, clockMillis) ? its.dueTicks + 1 : 0;
      hold(
          its.dueTicks <= 2 * (facts.hub.rollouts.count() + membersOf(its.record)) + 4,
          -1,
          () ->
              its.record.id()
                  + " does not go on after wave "
                  + its.openThrough
                  + ", of which "
                  + share(its.record, its, its.openThrough));
      if (!its.isHealthy && its.healthySince > 0) {
        its.unhealthyTicks++;
        if (its.unhealthyTicks > facts.hub.rollouts.count() + 1) {
          its.healthySince = 0;
        }
      }
      if (its.failed.isEmpty()) {
        its.failedTicks = 0;
      } else {
        if (its.judged != moves) {
          its.judged = moves;
          its.hasFailed = hasFailed(its.record, its);
        }
        its.failedTicks = its.hasFailed ? its.failedTicks + 1 : 0;
        hold(
            its.failedTicks <= 2 * facts.hub.rollouts.count() + 2,
            -1,
            () -> its.record.id() + " goes on, though " + its.failed + " have failed");
      }
    }
  }

  /// Whether the gate's share is met by what the hub has written down of the devices, whoever of
  /// those that it has not may have succeeded. Dark shops hold nothing up.
  private boolean isSurelyHealthy(RolloutRecord record, int wave) {
    RolloutFacts.Its members = facts.hub.rollouts.find(record.id());
    if (members == null || wave < 0) {
      return false;
    }
    Map<SlotRef, DeviceId> holders = facts.hub.holders();
    Set<SlotRef> superseded =
        facts.hub.rollouts.superseded(members, joining, facts.hub.clockMillis);
    int succeeded = 0;
    int reached = 0;
    boolean isProven = false;
    for (int i = 0; i < members.slots.size(); i++) {
      SlotRef slot = members.slots.get(i);
      if (members.waves.get(i) > wave || superseded.contains(slot)) {
        continue;
      }
      boolean isGood = members.phase(i) == Phase.SUCCEEDED;
      isProven |= isGood;
      if (members.waves.get(i) < wave || (members.isOutside(i) && !isGood)) {
        continue;
      }
      DeviceId holder = holders.get(slot);
      boolean isOnline = holder != null && online.getOrDefault(holder, false);
      boolean isDark =
          !isOnline
              && !members.hadPermit(i)
              && (members.phase(i) == Phase.WAITING || members.phase(i) == Phase.READY);
      succeeded += isGood ? 1 : 0;
      reached += isDark ? 0 : 1;
    }
    int percent = record.plan().waves().get(wave).gate().healthyPercent();
    return isProven && reached > 0 && 100L * succeeded >= (long) percent * reached;
  }

  /// Whether the next wave must begin: the open one has been healthy for longer than it has to be,
  /// and nobody has to be asked.
  private boolean isDue(RolloutRecord record, GateFacts its, long clockMillis) {
    int wave = its.openThrough;
    if (its.surelyHealthySince == 0 || wave < 0 || wave >= record.plan().last()) {
      return false;
    }
    Gate gate = record.plan().waves().get(wave).gate();
    Long deadline = record.plan().deadlineMillis();
    long since = Math.max(its.surelyHealthySince, record.suspectUntilMillis());
    return clockMillis - since >= Math.max(gate.soakMillis(), SURELY_SEEN_MILLIS)
        && (!gate.needsApproval() || isApproved(record))
        && (deadline == null || clockMillis < deadline)
        && !unsure.contains(record.id());
  }

  /// As it was written down: what people ask for is not always granted.
  private static boolean isApproved(RolloutRecord record) {
    return record.state() instanceof RolloutState.Rolling rolling
        && !rolling.approvedBy().isEmpty();
  }

  /// What the hub does of a rollout in one tick may be no more than to forget one permit.
  private int membersOf(RolloutRecord record) {
    RolloutFacts.Its members = facts.hub.rollouts.find(record.id());
    return members == null ? 0 : members.slots.size();
  }

  private boolean hasFailed(RolloutRecord record, GateFacts its) {
    AbortRule rule = record.plan().abort();
    int all = 0;
    for (int wave = 0; wave < record.plan().waves().size(); wave++) {
      Share share = share(record, its, wave);
      all += share.failed;
      if (rule.failedPercent() > 0
          && share.failed > 0
          && 100L * share.failed >= (long) rule.failedPercent() * share.heard) {
        return true;
      }
    }
    return rule.failed() > 0 && all >= rule.failed();
  }

  // ---- what devices do

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    shops.putIfAbsent(shop.number(), shop);
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.ApplicationKept(var it)) {
        kept(shop, it, nowMillis);
      } else if (change instanceof AgentChange.ApplicationRemoved(var name)) {
        of(shop).used.remove(name);
      }
    }
  }

  private void kept(Shop shop, AgentSnapshot.Application it, long nowMillis) {
    DeviceUnderWay its = of(shop);
    switch (it.state()) {
      case ReleaseState.Live at -> its.proven.add(at.live().release());
      case ReleaseState.Switching at when !at.live().equals(Optional.of(at.wanted())) -> {
        Digest release = at.wanted().release();
        DeviceRecord device = shop.device().map(facts.hub.devices::get).orElse(null);
        Permit before = its.used.get(it.name());
        SlotRef there = its.usedAt.get(it.name());
        it.permit().ifPresent(permit -> its.used.put(it.name(), permit));
        if (it.permit().isPresent()) {
          if (device != null) {
            its.usedAt.put(it.name(), device.slot());
          }
          byPermit(shop, release, it.permit().get(), nowMillis);
        } else {
          its.used.remove(it.name());
          its.usedAt.remove(it.name());
          without(shop, it.name(), release);
          Digest live = at.live().map(had -> had.release()).orElse(null);
          if (before != null && device != null && device.slot().equals(there)) {
            isSentBack(shop, device, before, live, release);
          }
        }
      }
      case ReleaseState.Absent _,
          ReleaseState.Fetching _,
          ReleaseState.Staging _,
          ReleaseState.Staged _,
          ReleaseState.Switching _,
          ReleaseState.Probing _,
          ReleaseState.SwitchingBack _,
          ReleaseState.Restoring _,
          ReleaseState.RolledBack _,
          ReleaseState.Removing _ -> {}
    }
  }

  /// A switch begins that nobody held back: somebody has assigned the release there, or it ran
  /// there before.
  private void without(Shop shop, Name application, Digest release) {
    DeviceRecord device = shop.device().map(facts.hub.devices::get).orElse(null);
    var held = facts.of(shop).held;
    if (device == null || held == null || !documents.contains(held.digest())) {
      return;
    }
    SlotRef slot = device.slot();
    Name fleet = fleetOf(slot);
    boolean isFree =
        of(shop).proven.contains(release)
            || proven.getOrDefault(slot, Set.of()).contains(release)
            || isAssigned(new Assignment.Place(fleet, null, null), release)
            || isAssigned(new Assignment.Place(fleet, slot.site(), null), release)
            || isAssigned(new Assignment.Place(fleet, slot.site(), slot.slot()), release);
    hold(
        isFree,
        shop.number(),
        () ->
            application
                + " switches without a permit to "
                + release.brief()
                + ", which only a rollout has");
  }

  /// What a device has by a permit it keeps until somebody wants something else there: that a
  /// rollout ended, or a newer one took the device, while nobody heard of it sends it nowhere.
  /// Where the application was taken off, nothing of it counts any more.
  private void isSentBack(
      Shop shop, DeviceRecord device, Permit by, @Nullable Digest live, Digest release) {
    RolloutId id = idOf(by);
    RolloutFacts.Its rollout = id == null ? null : facts.hub.rollouts.find(id);
    var held = facts.of(shop).held;
    if (rollout == null
        || held == null
        || !documents.contains(held.digest())
        || unsure.contains(id)
        || facts.wasCopied(device.id())
        || !device.isActive()) {
      return;
    }
    RolloutRecord record = rollout.record;
    SlotRef slot = device.slot();
    boolean isIts =
        !record.state().isVoid()
            && record.digest().equals(live)
            && by.notBeforeMillis() >= record.createdMillis()
            && record.life() == 0
            && rollout.has(slot)
            && record.scope().fleet().equals(fleetOf(slot));
    if (!isIts || release.equals(live)) {
      return;
    }
    Assignment assigned = facts.hub.wanted(slot).get(record.application());
    boolean isAssigned = assigned == null || assigned.changedMillis() > record.createdMillis();
    hold(
        isAssigned || isTakenBack(record, slot),
        shop.number(),
        () ->
            "it had switched by "
                + by
                + ", and is sent back to "
                + release.brief()
                + " though "
                + id
                + " is "
                + record.state());
  }

  private boolean isTakenBack(RolloutRecord record, SlotRef slot) {
    for (RolloutFacts.Its each : facts.hub.rollouts.all()) {
      boolean isOfIt =
          each.record.application().equals(record.application())
              && each.record.id().compareTo(record.id()) >= 0
              && each.has(slot);
      if (isOfIt && each.record.state() instanceof RolloutState.RolledBack) {
        return true;
      }
    }
    return false;
  }

  private Name fleetOf(SlotRef slot) {
    var site = facts.hub.sites.get(slot.site());
    return site == null ? slot.site() : site.fleet();
  }

  private boolean isAssigned(Assignment.Place place, Digest release) {
    return assigned.getOrDefault(place, Set.of()).contains(release);
  }

  private void byPermit(Shop shop, Digest release, Permit permit, long nowMillis) {
    RolloutId id = idOf(permit);
    RolloutFacts.Its rollout = id == null ? null : facts.hub.rollouts.find(id);
    GateFacts its = id == null ? null : gates.get(id);
    if (rollout == null
        || its == null
        || !rollout.record.digest().equals(release)
        || permit.notBeforeMillis() < rollout.record.createdMillis()
        || shop.device().map(facts::wasCopied).orElse(true)) {
      return;
    }
    if (!forgot.contains(id)) {
      budgets(shop, rollout, nowMillis);
    }
    if (unsure.contains(id)) {
      return;
    }
    RolloutRecord record = rollout.record;
    hold(
        permit.wave() <= opened.getOrDefault(Begun.of(rollout.record), -1),
        shop.number(),
        () -> "it switches by a permit of " + id + ", wave " + permit.wave() + ", which is shut");
    Long stopped = its.stoppedSince;
    // A hub that was restored twice from one backup may have given it in the time that is lost.
    boolean mayBeLost = facts.hub.clockMillis < record.suspectUntilMillis();
    hold(
        stopped == null || mayBeLost || permit.notBeforeMillis() <= stopped,
        shop.number(),
        () -> "it switches by " + permit + ", given after somebody had stopped it");
    Long deadline = record.plan().deadlineMillis();
    hold(
        deadline == null || permit.notBeforeMillis() <= deadline || its.hasCompleted,
        shop.number(),
        () -> "it switches by " + permit + ", given after the deadline");
    hold(
        permit.notAfterMillis() - permit.notBeforeMillis() == record.plan().permitMillis(),
        shop.number(),
        () -> "it switches by " + permit + ", which is not as long as permits of " + id);
    overruled(shop, record, permit);
    failures(shop, record, its, permit);
  }

  /// Nobody gets leave for what a newer assignment does not want. A backup may have taken one back.
  private void overruled(Shop shop, RolloutRecord record, Permit permit) {
    DeviceRecord device = shop.device().map(facts.hub.devices::get).orElse(null);
    Assignment assigned =
        device == null ? null : facts.hub.wanted(device.slot()).get(record.application());
    hold(
        assigned == null
            || record.life() > 0
            || assigned.changedMillis() <= record.createdMillis()
            || permit.notBeforeMillis() <= assigned.changedMillis(),
        shop.number(),
        () -> "it switches by " + permit + ", given after " + assigned + " was assigned");
  }

  private static @Nullable RolloutId idOf(Permit permit) {
    try {
      return RolloutId.parse(permit.rollout().text());
    } catch (IllegalArgumentException e) {
      // A conquered hub makes names up.
      return null;
    }
  }

  private void failures(Shop shop, RolloutRecord record, GateFacts its, Permit permit) {
    DeviceRecord device = shop.device().map(facts.hub.devices::get).orElse(null);
    if (device == null) {
      return;
    }
    Name site = device.slot().site();
    // Hardware may have been replaced since it failed.
    limits(record, its, site);
    Long full = its.fullSince.get(site);
    hold(
        full == null || permit.notBeforeMillis() <= full,
        shop.number(),
        () -> "it switches by " + permit + ", though its site had too many failures by then");
  }

  private void budgets(Shop shop, RolloutFacts.Its rollout, long nowMillis) {
    Budgets budgets = rollout.record.plan().budgets();
    DeviceRecord device = shop.device().map(facts.hub.devices::get).orElse(null);
    if (device == null || (budgets.perSite() == 0 && budgets.inFlight() == 0)) {
      return;
    }
    Name site = device.slot().site();
    // Machines: one that was put out of its slot may go on in the dark, beside who has it now.
    Set<String> all = new TreeSet<>();
    Set<String> here = new TreeSet<>();
    for (Shop each : shops.values()) {
      DeviceRecord record = each.device().map(facts.hub.devices::get).orElse(null);
      if (record != null
          && !each.isCopy()
          && !facts.wasCopied(record.id())
          && inFlight(each, rollout.record, ownMillis(each, nowMillis)) != InFlight.NOT) {
        String machine = record.slot() + " (device-" + each.number() + ")";
        all.add(machine);
        if (record.slot().site().equals(site)) {
          here.add(machine);
        }
      }
    }
    hold(
        budgets.perSite() == 0 || here.size() <= budgets.perSite(),
        shop.number(),
        () -> here + " may all be switching for " + rollout.record.id() + ", " + budgets);
    hold(
        budgets.inFlight() == 0 || all.size() <= budgets.inFlight(),
        shop.number(),
        () -> all + " may all be switching for " + rollout.record.id() + ", " + budgets);
  }

  /// What time a device goes by: what the hub said last, and a clock that only counts, above all.
  private long ownMillis(Shop shop, long nowMillis) {
    ShopFacts its = facts.of(shop);
    Now clock = shop.clock();
    return BestTime.judge(
                its.timeFloorMillis,
                Optional.ofNullable(its.heard)
                    .filter(heard -> heard.machineBootId().equals(shop.machineBoot())),
                clock.wallMillis(),
                clock.monotonicMillis())
            instanceof BestTime.Sure sure
        ? sure.millis()
        : nowMillis;
  }

  /// Numbers of the machines that hold or use a permit of this rollout.
  List<Integer> inFlight(RolloutId id, InFlight how, long nowMillis) {
    RolloutFacts.Its rollout = facts.hub.rollouts.find(id);
    return rollout == null
        ? List.of()
        : shops.values().stream()
            .filter(shop -> inFlight(shop, rollout.record, nowMillis) == how)
            .map(Shop::number)
            .toList();
  }

  /// Whether a device is switching by a permit of this rollout, or may at any moment.
  private InFlight inFlight(Shop shop, RolloutRecord record, long nowMillis) {
    ReleaseState state = facts.of(shop).releases.get(record.application());
    if (state == null) {
      return InFlight.NOT;
    }
    return switch (state) {
      case ReleaseState.Fetching at -> holds(shop, at.wanted().release(), record, nowMillis);
      case ReleaseState.Staging at -> holds(shop, at.wanted().release(), record, nowMillis);
      case ReleaseState.Staged at -> holds(shop, at.wanted().release(), record, nowMillis);
      case ReleaseState.Switching at -> uses(shop, at.wanted().release(), record, nowMillis);
      case ReleaseState.Probing at -> uses(shop, at.wanted().release(), record, nowMillis);
      case ReleaseState.SwitchingBack at -> uses(shop, at.failed().release(), record, nowMillis);
      case ReleaseState.Restoring at -> uses(shop, at.failed().release(), record, nowMillis);
      case ReleaseState.Absent _,
          ReleaseState.Live _,
          ReleaseState.RolledBack _,
          ReleaseState.Removing _ ->
          InFlight.NOT;
    };
  }

  private InFlight holds(Shop shop, Digest release, RolloutRecord record, long nowMillis) {
    return release.equals(record.digest())
            && isGood(held(shop).get(record.application()), record, nowMillis)
        ? InFlight.HOLDS
        : InFlight.NOT;
  }

  private InFlight uses(Shop shop, Digest release, RolloutRecord record, long nowMillis) {
    return release.equals(record.digest())
            && isGood(of(shop).used.get(record.application()), record, nowMillis)
        ? InFlight.USES
        : InFlight.NOT;
  }

  private static boolean isGood(@Nullable Permit permit, RolloutRecord record, long nowMillis) {
    return permit != null
        && permit.rollout().text().equals(record.id().toString())
        && permit.notBeforeMillis() >= record.createdMillis()
        && permit.notAfterMillis() > nowMillis;
  }

  /// The permits in the document that a device has in force.
  private Map<Name, Permit> held(Shop shop) {
    DeviceUnderWay its = of(shop);
    var held = facts.of(shop).held;
    if (held == null) {
      return Map.of();
    }
    if (!held.digest().equals(its.document)) {
      Map<Name, Permit> permits = new HashMap<>();
      WindowRule.of(facts.of(shop))
          .workloads()
          .ifPresent(
              section ->
                  section
                      .applications()
                      .forEach(
                          it -> {
                            var gate = it.gate();
                            if (gate != null) {
                              gate.permit().ifPresent(permit -> permits.put(it.name(), permit));
                            }
                          }));
      its.document = held.digest();
      its.held = permits;
    }
    return its.held;
  }

  private DeviceUnderWay of(Shop shop) {
    return underWay.computeIfAbsent(shop.number(), unseen -> new DeviceUnderWay());
  }
}
