package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Prior;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.RolloutSteps;
import dev.tombolo.hub.rollout.Said;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.WaveSort;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.release.Need;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Tells rollouts what devices say and what time it is, and the documents what follows from that.
final class RolloutDriver {
  /// Slots looked at in one step while a rollout is planned, at up to 6 us each; those of a site
  /// together.
  static final int SEARCH_SLICE = 500;

  /// Devices looked at in one step when labels or destinations have changed.
  static final int LOOK_SLICE = 250;

  /// Sites looked at in one step.
  private static final int SEARCH_SITES = 500;

  /// How often the standing of waves is written down for those who read.
  private static final long COUNT_MILLIS = 1_000;

  private static final Name FIRST_NAME = new Name("0");

  private final HubState state;
  private final Rendered rendered;
  private final SwitchTimes switchTimes;

  /// Whose turn it is: changes who is served first, never what is decided.
  private long turn;

  private long countedMillis;

  RolloutDriver(HubState state, Rendered rendered) {
    this.state = state;
    this.rendered = rendered;
    this.switchTimes = new SwitchTimes(state);
  }

  /// A device has come, or what it should have may have changed: one that is new in the scope of a
  /// rollout takes part from now on, and one that is in it no more leaves it.
  void born(DeviceId id, StepDraft draft) {
    DeviceRecord device = state.devices.get(id);
    if (device == null) {
      return;
    }
    for (List<Rollout> newestFirst : state.rolloutsAt(device.slot()).values()) {
      for (Rollout rollout : newestFirst) {
        scoped(rollout, rollout.find(device.slot())).ifPresent(it -> add(List.of(it), draft));
      }
      Rollout rollout = takes(device.slot(), newestFirst);
      if (rollout != null && rollout.find(device.slot()) < 0) {
        RolloutChange.Kept joins =
            RolloutSteps.joins(rollout, device.slot(), labels(device.slot()));
        draft.change(new HubChange.RolloutKept(joins));
        draft.change(HubChange.DocumentsStale.at(device.slot()));
      }
    }
  }

  /// A device of a rollout leaves it or comes back, when its scope says so by now, or what was
  /// assigned since the rollout was begun. Who is decided stays whatever is assigned, and who is a
  /// newer rollout's whatever it is labelled.
  private Optional<RolloutChange.Moved> scoped(Rollout rollout, int member) {
    boolean mayBe =
        member >= 0
            && isLookedAt(rollout.state())
            && (!rollout.isSuperseded(member) || !isDecided(rollout, member))
            && (rollout.isOutside(member) || !isWhole(rollout.record()))
            && state.slots.containsKey(rollout.slot(member));
    if (!mayBe) {
      return Optional.empty();
    }
    RolloutRecord record = rollout.record();
    SlotRef slot = rollout.slot(member);
    return RolloutSteps.scoped(
        rollout,
        member,
        isFor(record, slot)
            && (isDecided(rollout, member) || !RolloutLayer.isOverruled(state, record, slot)));
  }

  static boolean isDecided(Rollout rollout, int member) {
    return switch (rollout.phase(member)) {
      case SUCCEEDED, FAILED, BACK -> true;
      case WAITING, READY, PERMITTED, SWITCHED, RETRYING, LOST -> false;
    };
  }

  /// The newest rollout that has the slot or may take it.
  private @Nullable Rollout takes(SlotRef slot, List<Rollout> newestFirst) {
    for (Rollout rollout : newestFirst) {
      int member = rollout.find(slot);
      boolean has = member >= 0 && !rollout.hasLeft(member, rollout.isOutside(member));
      boolean mayTake =
          member < 0
              && isOpen(rollout.state())
              && isFor(rollout.record(), slot)
              && !RolloutLayer.isOverruled(state, rollout.record(), slot);
      if (has || mayTake) {
        return rollout;
      }
    }
    return null;
  }

  /// Whether it is looked at who is meant by it. An aborted one goes on by a retry.
  static boolean isLookedAt(RolloutState now) {
    return isOpen(now) || (now instanceof RolloutState.Aborted && !now.isVoid());
  }

  /// Whether devices may still come into it.
  static boolean isOpen(RolloutState now) {
    return switch (now) {
      case RolloutState.Rolling _, RolloutState.Paused _, RolloutState.Completed _ -> true;
      case RolloutState.Planning _,
          RolloutState.Aborted _,
          RolloutState.RolledBack _,
          RolloutState.Expired _ ->
          false;
    };
  }

  /// Whether a device of the slot belongs in the rollout: its site is still of the fleet, it is in
  /// its scope, and the application goes there at all.
  private boolean isFor(RolloutRecord record, SlotRef slot) {
    Scope scope = record.scope();
    Kept<AdminObject.Site> site = state.sites.get(slot.site());
    return site != null
        && site.content().fleet().equals(scope.fleet())
        && scope.covers(slot, scope.labels().isEmpty() ? Map.of() : labels(slot))
        && Destinations.has(state, scope.fleet(), slot, record.application());
  }

  void reported(DeviceId id, ReportBody.State said, StepDraft draft) {
    DeviceRecord device = state.devices.get(id);
    if (device == null || !device.isActive()) {
      return;
    }
    for (Map.Entry<Name, List<Rollout>> each : state.rolloutsAt(device.slot()).entrySet()) {
      for (Rollout rollout : each.getValue()) {
        int member = rollout.find(device.slot());
        // Of what a newer one has taken, only a permit is waited for that is still out, or may have
        // been used in the dark, and that it has the release staged no more.
        boolean isWaitedFor =
            member >= 0
                && (!rollout.isSuperseded(member)
                    || rollout.isOut(member)
                    || rollout.isUnheard(member)
                    || rollout.phase(member) == Phase.READY);
        if (isWaitedFor) {
          Said heard =
              new Said(
                  holder(id),
                  device.enrolledMillis(),
                  status(said, each.getKey()),
                  () -> isCurrent(id, device.slot(), said, draft.nowMillis),
                  lacks(rollout.record(), said));
          add(RolloutSteps.reported(rollout, member, heard), draft);
        }
      }
    }
  }

  /// Tells the hardware apart that holds a slot. Never 0, which stands for nobody.
  static int holder(@Nullable DeviceId id) {
    int hash = id == null ? 0 : id.text().hashCode();
    return hash == 0 ? 1 : hash;
  }

  private static @Nullable ApplicationStatus status(ReportBody.State said, Name application) {
    for (ApplicationStatus status : said.applications()) {
      if (status.name().equals(application)) {
        return status;
      }
    }
    return null;
  }

  /// Whether something that the rollout's release needs is not live on the device.
  private boolean lacks(RolloutRecord record, ReportBody.State said) {
    ReleaseRecord release = state.releases.get(record.digest());
    if (release == null) {
      return false;
    }
    for (Need need : release.needs()) {
      ApplicationStatus at = status(said, need.application());
      if (at == null || !need.isMetBy(at.liveVersion())) {
        return true;
      }
    }
    return false;
  }

  /// Whether the document in force is of this history, and says what is selected at this moment.
  private boolean isCurrent(DeviceId id, SlotRef slot, ReportBody.State said, long nowMillis) {
    DocumentRecord document = state.documents.get(id);
    return document != null
        && document.manifest().equals(said.manifest())
        && document.history().equals(state.history.id())
        && rendered.of(slot, nowMillis).isAs(document.sections());
  }

  boolean isWorkLeft() {
    for (Rollout rollout : state.rollouts.all()) {
      if (RolloutSteps.isWorkLeft(rollout) || isLookLeft(rollout)) {
        return true;
      }
    }
    return false;
  }

  /// Soaks are neither shortened nor prolonged by a clock that is set.
  void clockMoved(long byMillis, StepDraft draft) {
    for (Rollout rollout : state.rollouts.all()) {
      add(RolloutSteps.clockMoved(rollout, byMillis), draft);
    }
  }

  /// The next step of the next rollout that has something to do.
  void tick(StepDraft draft) {
    if (state.rollouts.isEmpty()) {
      return;
    }
    boolean counts = Math.abs(draft.nowMillis - countedMillis) >= COUNT_MILLIS;
    List<Rollout> all = new ArrayList<>(state.rollouts.all());
    turn++;
    boolean isDone = false;
    boolean hasLooked = false;
    for (int i = 0; i < all.size(); i++) {
      Rollout rollout = all.get((int) ((turn + i) % all.size()));
      if (!isDone && !hasLooked && isLookLeft(rollout)) {
        List<RolloutChange> looked = look(rollout);
        add(looked, draft);
        hasLooked = true;
        isDone = looked.size() > 1;
      }
      List<RolloutChange> changes = isDone ? List.of() : step(rollout, draft.nowMillis);
      add(changes, draft);
      isDone |= !changes.isEmpty();
      // The last counts are written with the end, so that nobody reads an end that is not one yet.
      if (counts || isAnyEnd(changes)) {
        add(RolloutSteps.count(rollout), draft);
      }
    }
    if (counts) {
      countedMillis = draft.nowMillis;
    }
  }

  private List<RolloutChange> step(Rollout rollout, long nowMillis) {
    if (!isPlanning(rollout)) {
      return RolloutSteps.tick(rollout, slotsOf(rollout.record()), nowMillis);
    }
    List<RolloutChange> changes = RolloutSteps.plan(rollout, nowMillis);
    if (changes.isEmpty()) {
      return List.of(search(rollout));
    }
    return rollout.record().suspectUntilMillis() > 0
            && changes.getFirst() instanceof RolloutChange.Joined joined
        ? withUnsuspected(rollout.record(), joined)
        : changes;
  }

  /// Of a rollout that is begun after a restore, who has come since wants nothing any more that the
  /// lost time gave it leave for.
  private List<RolloutChange> withUnsuspected(RolloutRecord record, RolloutChange.Joined joined) {
    List<RolloutChange> changes = new ArrayList<>();
    changes.add(joined);
    for (int i = 0; i < joined.slots().size(); i++) {
      DeviceId holder = state.holders.get(joined.slots().get(i));
      DocumentRecord document = holder == null ? null : state.documents.get(holder);
      if (document != null && document.history().equals(state.history.id())) {
        changes.add(RolloutSteps.unsuspected(record, joined.first() + i, joined.waves()[i]));
      }
    }
    return changes;
  }

  private boolean isLookLeft(Rollout rollout) {
    return isLookedAt(rollout.state())
        && (rollout.outside() > 0 || !isWhole(rollout.record()))
        && (rollout.lookedRevision() != state.placesRevision() || rollout.leftToLook() > 0);
  }

  /// Whether the rollout is about all devices of its sites, whatever their labels, and nothing was
  /// assigned since.
  private boolean isWhole(RolloutRecord record) {
    return isEverywhere(record)
        && !state.isAssignedSince(
            record.scope().fleet(), record.application(), record.createdMillis());
  }

  /// Whether the rollout is about all devices of its sites, whatever their labels.
  private boolean isEverywhere(RolloutRecord record) {
    Scope scope = record.scope();
    return scope.labels().isEmpty()
        && !Destinations.isAnySaid(state, scope.fleet(), record.application());
  }

  /// The next slice of devices, dark ones too: those whose labels have changed leave, or come back.
  /// When something changes meanwhile, it goes on from there, once round.
  ///
  /// @return last how far it has come
  private List<RolloutChange> look(Rollout rollout) {
    int size = rollout.size();
    long revision = state.placesRevision();
    int left = rollout.lookedRevision() == revision ? rollout.leftToLook() : size;
    int slice = Math.min(Math.min(left, size), LOOK_SLICE);
    List<RolloutChange> changes = new ArrayList<>();
    int next = rollout.nextToLook();
    for (int i = 0; i < slice; i++) {
      next = next < size ? next : 0;
      scoped(rollout, next).ifPresent(changes::add);
      next++;
    }
    changes.add(new RolloutChange.Looked(rollout.id(), revision, next, left - slice));
    return changes;
  }

  private static boolean isAnyEnd(List<RolloutChange> changes) {
    for (RolloutChange change : changes) {
      if (isEnd(change)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEnd(RolloutChange change) {
    return change instanceof RolloutChange.Put put && !put.record().state().isUnderWay();
  }

  private RolloutSteps.Slots slotsOf(RolloutRecord record) {
    return new RolloutSteps.Slots() {
      @Override
      public @Nullable Prior prior(SlotRef slot) {
        return RolloutLayer.without(
            record.id(), state, record.scope().fleet(), slot, record.application());
      }

      @Override
      public int holder(SlotRef slot) {
        return RolloutDriver.holder(state.holders.get(slot));
      }

      @Override
      public int outElsewhere(SlotRef slot) {
        return state.rollouts.outElsewhere(record, slot);
      }

      @Override
      public boolean maySwitchBefore(SlotRef slot, long nowMillis, long untilMillis) {
        return switchTimes.opensBefore(slot, nowMillis, untilMillis);
      }
    };
  }

  private static boolean isPlanning(Rollout rollout) {
    return rollout.state() instanceof RolloutState.Planning;
  }

  /// The next devices in scope, by site and slot.
  private RolloutChange search(Rollout rollout) {
    RolloutRecord record = rollout.record();
    SlotRef from = RolloutSteps.searchFrom(rollout);
    SortedMap<Name, Kept<AdminObject.Site>> sites =
        from == null ? state.sites : state.sites.tailMap(from.site());
    List<SlotRef> slots = new ArrayList<>();
    SlotWalk walk = new SlotWalk(state.slots);
    boolean isWhole = isEverywhere(record);
    SlotRef next = null;
    int looked = 0;
    for (Kept<AdminObject.Site> site : sites.values()) {
      Name name = site.content().name();
      if (looked == SEARCH_SITES || slots.size() >= SEARCH_SLICE) {
        next = new SlotRef(name, FIRST_NAME);
        break;
      }
      looked++;
      boolean isIn =
          site.content().fleet().equals(record.scope().fleet()) && record.scope().covers(name);
      if (isIn) {
        next = searchSite(record, isWhole, from, name, walk, slots);
        if (next != null) {
          break;
        }
      }
    }
    boolean areLabelsAsked = record.plan().picksByLabel();
    byte[] named = new byte[slots.size()];
    for (int i = 0; i < named.length; i++) {
      SlotRef slot = slots.get(i);
      named[i] = WaveSort.namedBy(record.plan(), slot, areLabelsAsked ? labels(slot) : Map.of());
    }
    return new RolloutChange.Found(record.id(), slots, named, next);
  }

  /// @param isWhole all of its devices are in scope
  /// @return where a very large site goes on; null: it has been looked through
  private @Nullable SlotRef searchSite(
      RolloutRecord record,
      boolean isWhole,
      @Nullable SlotRef from,
      Name site,
      SlotWalk walk,
      List<SlotRef> slots) {
    if (walk.next() == null || !walk.next().site().equals(site)) {
      walk.goTo(from != null && from.site().equals(site) ? from : new SlotRef(site, FIRST_NAME));
    }
    int looked = 0;
    for (SlotRef slot = walk.next(); slot != null && slot.site().equals(site); slot = walk.next()) {
      if (looked++ == WaveSort.SITE_SLICE) {
        return slot;
      }
      walk.goOn();
      if (state.holders.containsKey(slot) && (isWhole || isFor(record, slot))) {
        slots.add(slot);
      }
    }
    return null;
  }

  private Map<String, String> labels(SlotRef slot) {
    Kept<AdminObject.Site> site = state.sites.get(slot.site());
    Kept<AdminObject.Slot> own = state.slots.get(slot);
    return site == null
        ? Map.of()
        : Destinations.facts(site.content().fleet(), slot, site, own).labels();
  }

  /// Takes the changes in, and marks the documents that they change.
  void add(List<? extends RolloutChange> changes, StepDraft draft) {
    for (RolloutChange change : changes) {
      switch (change) {
        case RolloutChange.Kept kept -> draft.change(new HubChange.RolloutKept(kept));
        case RolloutChange.Passing passing -> draft.change(new HubChange.RolloutPassed(passing));
      }
      Rollout rollout = state.rollouts.find(change.rollout());
      if (rollout == null) {
        continue;
      }
      switch (change) {
        case RolloutChange.Put put -> put(rollout, put.record(), draft);
        case RolloutChange.Moved moved -> moved(rollout, moved, draft);
        case RolloutChange.Gone _ -> stale(rollout, draft);
        case RolloutChange.SuspicionOver _ -> {
          if (rollout.outside() > 0 || rollout.state().isVoid()) {
            // Older rollouts may have those now.
            stale(rollout, draft);
          }
        }
        case RolloutChange.Joined _,
            RolloutChange.Counted _,
            RolloutChange.Seen _,
            RolloutChange.Found _,
            RolloutChange.Bound _,
            RolloutChange.Skipped _,
            RolloutChange.OverSeen _,
            RolloutChange.SlotGone _,
            RolloutChange.Postponed _,
            RolloutChange.LookedAgain _,
            RolloutChange.ClockSet _,
            RolloutChange.ClockKnown _,
            RolloutChange.Looked _,
            RolloutChange.Left _,
            RolloutChange.Darkened _ -> {}
      }
    }
  }

  private static void stale(Rollout rollout, StepDraft draft) {
    draft.change(new HubChange.DocumentsStale(rollout.record().scope().fleet(), null, null));
  }

  private void put(Rollout rollout, RolloutRecord next, StepDraft draft) {
    RolloutState before = rollout.state();
    boolean isSame =
        before.getClass() == next.state().getClass()
            && before.openThrough() == next.state().openThrough();
    if (isSame) {
      return;
    }
    draft.change(new HubChange.DocumentsStale(next.scope().fleet(), null, null));
    RolloutWords.told(before, next, draft);
  }

  private void moved(Rollout rollout, RolloutChange.Moved moved, StepDraft draft) {
    if (moved.member() >= rollout.size()) {
      // It joins in this step: no wave is open for it yet.
      return;
    }
    SlotRef slot = rollout.slot(moved.member());
    Phase before = rollout.phase(moved.member());
    // What a device has staged or begun changes nothing of what is selected for it.
    boolean isQuiet = moved.phase() == before || moved.phase() == Phase.SWITCHED;
    boolean isOnlyStaged = moved.phase() == Phase.READY && before == Phase.WAITING;
    boolean isElsewhere =
        moved.wave() != rollout.wave(moved.member())
            || moved.isOutside() != rollout.isOutside(moved.member())
            || rollout.isUnheard(moved.member());
    if (!isQuiet && !isOnlyStaged || isElsewhere) {
      draft.change(HubChange.DocumentsStale.at(slot));
    }
  }
}
