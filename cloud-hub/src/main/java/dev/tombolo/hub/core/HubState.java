package dev.tombolo.hub.core;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.desired.Delivery;
import dev.tombolo.hub.desired.Delivery.Held;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.Template;
import dev.tombolo.hub.device.BirthCheck.Boot;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.PresenceRecord;
import dev.tombolo.hub.device.Restoration;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.join.JoinTokenRecord;
import dev.tombolo.hub.join.SlotChoice;
import dev.tombolo.hub.join.TokenUse;
import dev.tombolo.hub.release.PublisherRootRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.LineRate;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.Rollouts;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.release.Need;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Everything the hub's loop knows, in memory. Read by the deciding classes of this package,
/// changed by [#apply] alone, owned by one thread.
public final class HubState {
  /// Outboxes remembered per device; a device that makes more loses its oldest mark.
  static final int INCARNATIONS_MAX = 8;

  /// Boot ids remembered per device, to see two devices taking turns.
  static final int BOOTS_MAX = 4;

  /// Slots looked at in one step when a fleet's devices are marked; at 1-3 us each.
  static final int SPREAD_SLOTS = 500;

  /// How many of those that wait for something are looked at in one step.
  private static final int WAITS_LOOKED = 64;

  /// No name sorts before it.
  private static final Name FIRST_NAME = new Name("0");

  History history;

  /// Set when this database was a backup's.
  @Nullable Restoration restoration;

  /// The backup that began last; null before the first.
  @Nullable BackupRecord backup;

  /// Devices with certificates of ours that are not in [#devices].
  final Map<DeviceId, Stranger> strangers = new HashMap<>();

  final Map<Counter, Long> counters = new EnumMap<>(Counter.class);
  final TreeMap<Name, Kept<AdminObject.Fleet>> fleets = new TreeMap<>();
  final TreeMap<Name, Kept<AdminObject.Site>> sites = new TreeMap<>();
  final TreeMap<SlotRef, Kept<AdminObject.Slot>> slots = new TreeMap<>();
  final Map<Name, TreeMap<Name, Kept<AdminObject.Application>>> applications = new HashMap<>();
  final Map<Assignment.Place, TreeMap<Name, Assignment>> assignments = new HashMap<>();

  /// Of applications that come out of Git, once something was seen: by fleet and name.
  private final Map<Name, TreeMap<Name, GitState>> gits = new HashMap<>();

  /// Windows that a person has lifted; few, and each for days at the most.
  final TreeMap<SlotRef, WindowLift> lifts = new TreeMap<>();

  /// One a site at the most.
  final Map<Name, LineRate> lineRates = new HashMap<>();

  YearWalk yearWalk = YearWalk.NEVER;

  /// Downloads that a person has stopped; one a slot and one a site at the most.
  final TreeMap<TransferPause.Place, TransferPause> pauses = new TreeMap<>();

  final List<PublisherRootRecord> publisherRoots = new ArrayList<>();
  final Map<Digest, ReleaseRecord> releases = new HashMap<>();
  final Map<ReleaseRef, ReleaseRecord> releasesByRef = new HashMap<>();

  /// Applications of which some release needs another, and those that are needed.
  final Set<Name> inNeeds = new HashSet<>();

  final TreeMap<String, JoinTokenRecord> tokens = new TreeMap<>();
  final Map<String, List<TokenUse>> tokenUses = new HashMap<>();
  final Map<DeviceId, DeviceRecord> devices = new HashMap<>();

  /// The active device of each slot that has one.
  final Map<SlotRef, DeviceId> holders = new HashMap<>();

  /// The active devices that share within their site, by slot.
  private final TreeMap<SlotRef, DeviceId> sharers = new TreeMap<>();

  /// Slots without an active device, by site.
  final Map<Name, TreeSet<Name>> freeSlots = new HashMap<>();

  /// The highest N of a site's slots called `device-N`.
  final Map<Name, Integer> madeSlots = new HashMap<>();

  /// Devices that must not be served, for ever or until an operator has looked.
  final TreeSet<DeviceId> expelled = new TreeSet<>();

  final Map<DeviceId, CertificateRecord> currentCertificates = new HashMap<>();

  final CertifiedKeys keys = new CertifiedKeys();

  final Map<DeviceId, CertificateRecord> pendingCertificates = new HashMap<>();
  final Map<DeviceId, DocumentRecord> documents = new HashMap<>();
  final Map<DeviceId, Digest> heldManifests = new HashMap<>();
  final Map<DeviceId, PresenceRecord> presences = new HashMap<>();

  /// Devices whose addresses in their site wait until they may change again, those that have waited
  /// longest first.
  final LinkedHashSet<DeviceId> lanWaits = new LinkedHashSet<>();

  final Map<DeviceId, List<OutboxMark>> outboxMarks = new HashMap<>();
  final Map<DeviceId, Set<Digest>> reportedReleases = new HashMap<>();
  private final Map<RowLog, RowBlocks> blocks = new EnumMap<>(RowLog.class);
  final Rollouts rollouts = new Rollouts();
  final Map<Name, UserRecord> users = new HashMap<>();
  @Nullable AuditRecord lastAudit;

  final Map<DeviceId, LiveSession> sessions = new HashMap<>();
  final Map<DeviceId, Held> holdings = new HashMap<>();
  final Map<DeviceId, List<Boot>> boots = new HashMap<>();
  final Map<Long, PendingCertificate> awaitedCertificates = new HashMap<>();

  /// Challenges that were answered, until they are too old to be taken anyway.
  final Map<String, Long> nonces = new HashMap<>();

  final Map<String, PendingAsk> asks = new HashMap<>();
  final Map<String, ViolationCount> violations = new HashMap<>();

  /// Token -> when it last gave alarm. No more than there are tokens.
  final Map<String, Long> alarms = new HashMap<>();

  /// The newest devices whose word moved the epoch.
  final ArrayDeque<HubChange.HistoryBelieved> believed = new ArrayDeque<>();

  /// Connected devices whose document must be looked at, in the order they were marked.
  final LinkedHashSet<DeviceId> staleDocuments = new LinkedHashSet<>();

  Sweep sweep = Sweep.BEGIN;

  /// The long list of objects under way.
  @Nullable PendingChange applying;

  /// Commands that wait for it.
  final ArrayDeque<HubEvent.AdminAsked> waiting = new ArrayDeque<>();

  /// Sites and slots with parameters, by application.
  private final Map<Name, TreeSet<Name>> sitesWithParameters = new HashMap<>();

  private final Map<Name, TreeSet<SlotRef>> slotsWithParameters = new HashMap<>();

  /// Fleets whose connected devices are to be marked so, in one pass; an empty one is any.
  private final Set<Optional<Name>> staleFleets = new LinkedHashSet<>();

  /// The pass under way.
  private @Nullable Spread spread;

  /// Sites and slots with a template among their parameters.
  private final Set<Object> templated = new HashSet<>();

  /// When what all slots of a fleet share changed last, by a number that only grows.
  private final Map<Name, Long> fleetRevisions = new HashMap<>();

  private long revisions;

  /// Another one after every change that may change somebody's desired document.
  private long documentsRevision;

  /// Another one after every change of what says where a rollout goes: labels, destinations, and
  /// what is assigned.
  private long placesRevision;

  /// When an application was assigned last anywhere in a fleet, as far as this process knows; what
  /// was taken back since counts, too.
  private final Map<Name, Map<Name, Long>> assignedMillis = new HashMap<>();

  /// Connected devices of whose document something is due at a time, by the time.
  private final Waits listening = new Waits();

  private final Waits signing = new Waits();
  private final Waits unconfirmed = new Waits();

  private Set<DeviceId> touched = new LinkedHashSet<>();
  private boolean hasRevocationsTouched;
  private List<SessionId> goneSessions = new ArrayList<>();

  public HubState(History history) {
    this(history, null);
  }

  public HubState(History history, @Nullable Restoration restoration) {
    this.history = history;
    this.restoration = restoration;
  }

  /// How far one outbox of a device has been taken, and how far backups have it (-1: not at all).
  record OutboxMark(String incarnation, long through, long begun, long backedUp) {}

  /// @param untilMillis end of the last of its certificates
  /// @param after the slot that was looked at last; null at the beginning
  private record Spread(Set<Optional<Name>> fleets, @Nullable SlotRef after) {}

  /// @param isDone false while it is made, or when that failed
  record BackupRecord(String id, boolean isDone) {}

  public History history() {
    return history;
  }

  /// Admitted ones, whatever they may do now.
  public int deviceCount() {
    return devices.size();
  }

  private boolean isInUse(Digest key, DeviceId device) {
    DeviceRecord its = devices.get(device);
    return (its != null && its.key().equals(key))
        || isOfKey(currentCertificates.get(device), key)
        || isOfKey(pendingCertificates.get(device), key);
  }

  private static boolean isOfKey(@Nullable CertificateRecord certificate, Digest key) {
    return certificate != null && certificate.key().equals(key);
  }

  /// For who drives them alone.
  public Rollouts rollouts() {
    return rollouts;
  }

  public void apply(List<HubChange> changes) {
    for (HubChange change : changes) {
      apply(change);
    }
  }

  public void apply(HubChange change) {
    if (bearsOnDocuments(change)) {
      documentsRevision++;
    }
    if (bearsOnPlaces(change)) {
      placesRevision++;
    }
    switch (change) {
      case HubChange.HistoryMoved c -> history = c.history();
      case HubChange.HistoryRestored c -> {
        history = c.history();
        restoration = c.restoration();
      }
      case HubChange.StrangerPut c -> strangers.put(c.stranger().device(), c.stranger());
      case HubChange.StrangerGone c -> strangers.remove(c.device());
      case HubChange.BackupBegun c -> {
        backup = new BackupRecord(c.id(), false);
        outboxMarks
            .values()
            .forEach(
                marks ->
                    marks.replaceAll(
                        mark ->
                            new OutboxMark(
                                mark.incarnation(),
                                mark.through(),
                                mark.through(),
                                mark.backedUp())));
      }
      case HubChange.BackupDone c -> {
        backup = new BackupRecord(c.id(), true);
        outboxMarks
            .values()
            .forEach(
                marks ->
                    marks.replaceAll(
                        mark ->
                            new OutboxMark(
                                mark.incarnation(),
                                mark.through(),
                                mark.begun(),
                                Math.max(mark.backedUp(), mark.begun()))));
      }
      case HubChange.BackupNoted c -> backup = new BackupRecord(c.id(), c.isDone());
      case HubChange.OutboxMarked c ->
          putMark(
              c.device(), new OutboxMark(c.incarnation(), c.through(), c.begun(), c.backedUp()));
      case HubChange.CounterMoved c -> counters.put(c.counter(), c.value());
      case HubChange.FleetPut c -> {
        fleets.put(c.fleet().content().name(), c.fleet());
        revise(c.fleet().content().name());
      }
      case HubChange.SitePut c -> putSite(c.site());
      case HubChange.SlotPut c -> putSlot(c.slot());
      case HubChange.ApplicationPut c -> {
        AdminObject.Application content = c.application().content();
        applications
            .computeIfAbsent(content.fleet(), fleet -> new TreeMap<>())
            .put(content.name(), c.application());
        revise(content.fleet());
      }
      case HubChange.GitPut c ->
          gits.computeIfAbsent(c.fleet(), fleet -> new TreeMap<>()).put(c.application(), c.state());
      case HubChange.GitGone c -> forgetGit(c.fleet(), c.application());
      case HubChange.ObjectGone c -> forget(c.object());
      case HubChange.AssignmentPut c -> {
        assignments
            .computeIfAbsent(c.assignment().place(), place -> new TreeMap<>())
            .put(c.assignment().application(), c.assignment());
        assignedMillis
            .computeIfAbsent(c.assignment().place().fleet(), fleet -> new HashMap<>())
            .merge(c.assignment().application(), c.assignment().changedMillis(), Math::max);
        revise(c.assignment().place());
      }
      case HubChange.AssignmentRemoved c -> {
        TreeMap<Name, Assignment> there = assignments.get(c.place());
        if (there != null) {
          there.remove(c.application());
          if (there.isEmpty()) {
            assignments.remove(c.place());
          }
        }
        revise(c.place());
      }
      case HubChange.LiftPut c -> lifts.put(c.lift().slot(), c.lift());
      case HubChange.LiftEnded c -> lifts.remove(c.slot());
      case HubChange.LineMeasured c -> lineRates.put(c.rate().site(), c.rate());
      case HubChange.LineForgotten c -> lineRates.remove(c.site());
      case HubChange.PausePut c -> pauses.put(c.pause().place(), c.pause());
      case HubChange.PauseEnded c -> pauses.remove(c.place());
      case HubChange.PublisherRootPut c -> publisherRoots.add(c.root());
      case HubChange.ReleasePut c -> {
        noteNeeds(c.release());
        releases.put(c.release().digest(), c.release());
        releasesByRef.put(c.release().ref(), c.release());
      }
      case HubChange.TokenPut c -> tokens.put(c.token().id(), c.token());
      case HubChange.TokenUsed c ->
          tokenUses.computeIfAbsent(c.use().token(), id -> new ArrayList<>()).add(c.use());
      case HubChange.DevicePut c -> putDevice(c.device());
      case HubChange.CertificatePut c -> putCertificate(c.certificate());
      case HubChange.DocumentPut c -> {
        documents.put(c.document().device(), c.document());
        touched.add(c.document().device());
      }
      case HubChange.DocumentHeld c -> heldManifests.put(c.device(), c.manifest());
      case HubChange.PresencePut c -> putPresence(c.presence());
      case HubChange.RowsTaken c -> takeRows(c);
      case HubChange.BlockPut c -> blocks(c.block().log()).put(c.block());
      case HubChange.BlockDropped c -> blocks(c.block().log()).drop(c.block());
      case HubChange.MarkForgotten c ->
          outboxMarks
              .getOrDefault(c.device(), new ArrayList<>())
              .removeIf(mark -> mark.incarnation().equals(c.incarnation()));
      case HubChange.TokenForgotten c -> {
        tokens.remove(c.token());
        tokenUses.remove(c.token());
        alarms.remove(c.token());
      }
      case HubChange.DeviceCleared c -> clear(c.device());
      case HubChange.CertificatesEnded c -> keys.forget(c.millis(), this::isInUse);
      case HubChange.UserPut c -> users.put(c.user().name(), c.user());
      case HubChange.RolloutKept c -> applyRollout(c.change());
      case HubChange.RolloutPassed c -> rollouts.apply(c.change());
      case HubChange.AuditAppended c -> lastAudit = c.record();
      case HubChange.SessionPut c -> {
        if (sessions.put(c.session().device(), c.session()) == null) {
          seenByRollouts(c.session().device(), true);
        }
        noteWaits(c.session().device(), c.session().delivery());
      }
      case HubChange.SessionGone c -> {
        noteWaits(c.device(), null);
        LiveSession gone = sessions.remove(c.device());
        if (gone != null) {
          goneSessions.add(gone.id());
          seenByRollouts(c.device(), false);
        }
        staleDocuments.remove(c.device());
      }
      case HubChange.HoldingSaid c -> holdings.put(c.device(), c.held());
      case HubChange.BootSeen c -> {
        List<Boot> seen = boots.computeIfAbsent(c.device(), device -> new ArrayList<>(1));
        seen.removeIf(boot -> boot.bootId().equals(c.bootId()));
        seen.add(new Boot(c.bootId(), c.connect(), c.millis()));
        if (seen.size() > BOOTS_MAX) {
          seen.removeFirst();
        }
      }
      case HubChange.BootsForgotten c -> boots.remove(c.device());
      case HubChange.CertificateAwaited c ->
          awaitedCertificates.put(c.pending().request(), c.pending());
      case HubChange.CertificateCame c -> awaitedCertificates.remove(c.request());
      case HubChange.NonceUsed c -> nonces.put(c.nonce(), c.untilMillis());
      case HubChange.NoncesForgotten c -> c.nonces().forEach(nonces::remove);
      case HubChange.AskSent c -> asks.put(c.ask().id(), c.ask());
      case HubChange.AskEnded c -> asks.remove(c.id());
      case HubChange.DocumentsStale c -> markStale(c);
      case HubChange.StaleFleetsSpread c -> spreadStaleFleets();
      case HubChange.DocumentsChecked c -> c.devices().forEach(staleDocuments::remove);
      case HubChange.ViolationCounted c -> violations.put(c.remote(), c.count());
      case HubChange.AlarmGiven c -> alarms.put(c.about(), c.millis());
      case HubChange.HistoryBelieved c -> {
        believed.addLast(c);
        if (believed.size() > Histories.MOVES_MAX) {
          believed.removeFirst();
        }
      }
      case HubChange.ViolationsForgotten c -> c.remotes().forEach(violations::remove);
      case HubChange.ApplyMoved c -> applying = c.apply();
      case HubChange.ApplyEnded c -> applying = null;
      case HubChange.CommandWaits c -> waiting.addLast(c.command());
      case HubChange.CommandTaken c -> waiting.removeFirst();
      case HubChange.RevocationsTouched c -> hasRevocationsTouched = true;
      case HubChange.BlocksFollowed c -> blocks(c.log()).follow(c.due());
      case HubChange.SweepMoved c -> sweep = c.sweep();
      case HubChange.YearsLooked c -> yearWalk = c.walk();
    }
  }

  /// Devices whose entry in the [EdgeDirectory] may differ since this was last asked.
  Set<DeviceId> takeTouched() {
    Set<DeviceId> taken = touched;
    if (!taken.isEmpty()) {
      touched = new LinkedHashSet<>();
    }
    return taken;
  }

  private void applyRollout(RolloutChange.Kept change) {
    rollouts.apply(change);
    if (change instanceof RolloutChange.Joined joined) {
      SlotWalk walk = new SlotWalk(slots);
      for (SlotRef slot : joined.slots()) {
        walk.goTo(slot);
        if (slot.equals(walk.next())) {
          walk.goOn();
        } else {
          slotGone(rollouts.find(joined.rollout()), slot, true);
        }
        DeviceId holder = holders.get(slot);
        if (holder != null && sessions.containsKey(holder)) {
          seen(rollouts.find(joined.rollout()), slot, true);
        }
      }
    }
  }

  /// Whether a device is connected is told to its rollouts here, where lines begin and end.
  private void seenByRollouts(DeviceId id, boolean online) {
    DeviceRecord device = devices.get(id);
    if (device == null || rollouts.isEmpty()) {
      return;
    }
    rolloutsAt(device.slot())
        .values()
        .forEach(ofOne -> ofOne.forEach(rollout -> seen(rollout, device.slot(), online)));
  }

  /// A shop that was closed for good is not waited for.
  private void slotIsGone(SlotRef slot, boolean isGone) {
    for (Rollout rollout : rollouts.all()) {
      slotGone(rollout, slot, isGone);
    }
  }

  private void slotGone(@Nullable Rollout rollout, SlotRef slot, boolean isGone) {
    int member = rollout == null ? -1 : rollout.find(slot);
    if (rollout != null && member >= 0) {
      rollouts.apply(new RolloutChange.SlotGone(rollout.id(), member, isGone));
    }
  }

  private void seen(@Nullable Rollout rollout, SlotRef slot, boolean online) {
    int member = rollout == null ? -1 : rollout.find(slot);
    if (rollout != null && member >= 0) {
      rollouts.apply(new RolloutChange.Seen(rollout.id(), member, online));
    }
  }

  /// The rollouts of a slot's fleet, by application, newest first.
  Map<Name, List<Rollout>> rolloutsAt(SlotRef slot) {
    Kept<AdminObject.Site> site = sites.get(slot.site());
    return site == null ? Map.of() : rollouts.of(site.content().fleet());
  }

  private void noteNeeds(ReleaseRecord release) {
    for (Need need : release.needs()) {
      inNeeds.add(release.ref().name());
      inNeeds.add(need.application());
    }
  }

  /// When a site may do what, by its own word or its fleet's.
  SiteTimes timesOf(AdminObject.Site site) {
    Kept<AdminObject.Fleet> fleet = fleets.get(site.fleet());
    return fleet == null ? site.times() : site.times().over(fleet.content().times());
  }

  /// What is said of its line, by itself or else by its fleet.
  Optional<LineRules> lineOf(AdminObject.Site site) {
    if (site.line().isPresent()) {
      return site.line();
    }
    Kept<AdminObject.Fleet> fleet = fleets.get(site.fleet());
    return fleet == null ? Optional.empty() : fleet.content().line();
  }

  private void putSite(Kept<AdminObject.Site> site) {
    Name name = site.content().name();
    Kept<AdminObject.Site> there = sites.get(name);
    boolean movesAway = there != null && !there.content().fleet().equals(site.content().fleet());
    if (movesAway) {
      connectedAt(name).forEach(id -> seenByRollouts(id, false));
    }
    Kept<AdminObject.Site> before = sites.put(name, site);
    if (movesAway) {
      connectedAt(name).forEach(id -> seenByRollouts(id, true));
    }
    note(
        sitesWithParameters,
        name,
        before == null ? Set.of() : before.content().parameters().keySet(),
        site.content().parameters().keySet());
    noteTemplates(name, site.content().parameters());
  }

  private List<DeviceId> connectedAt(Name site) {
    List<DeviceId> connected = new ArrayList<>();
    for (SlotRef slot : slotsOf(site)) {
      DeviceId holder = holders.get(slot);
      if (holder != null && sessions.containsKey(holder)) {
        connected.add(holder);
      }
    }
    return connected;
  }

  private void noteTemplates(Object place, Map<Name, Map<String, String>> parameters) {
    boolean isTemplated = false;
    for (Map<String, String> values : parameters.values()) {
      isTemplated |= Template.isAmong(values.values());
    }
    if (isTemplated) {
      templated.add(place);
    } else {
      templated.remove(place);
    }
  }

  /// Whether any site or slot has a template among its parameters.
  boolean isAnyPlaceTemplated() {
    return !templated.isEmpty();
  }

  private void forget(AdminObject object) {
    switch (object) {
      case AdminObject.Fleet fleet -> {
        fleets.remove(fleet.name());
        applications.remove(fleet.name());
        fleetRevisions.remove(fleet.name());
      }
      case AdminObject.Site site -> {
        sites.remove(site.name());
        note(sitesWithParameters, site.name(), site.parameters().keySet(), Set.of());
        templated.remove(site.name());
        freeSlots.remove(site.name());
        madeSlots.remove(site.name());
      }
      case AdminObject.Slot slot -> {
        slots.remove(slot.ref());
        slotIsGone(slot.ref(), true);
        note(slotsWithParameters, slot.ref(), slot.parameters().keySet(), Set.of());
        templated.remove(slot.ref());
        TreeSet<Name> free = freeSlots.get(slot.ref().site());
        if (free != null) {
          free.remove(slot.ref().slot());
        }
      }
      case AdminObject.Application application -> {
        TreeMap<Name, Kept<AdminObject.Application>> there = applications.get(application.fleet());
        if (there != null) {
          there.remove(application.name());
        }
        forgetGit(application.fleet(), application.name());
        revise(application.fleet());
      }
      case AdminObject.Rollout rollout -> {}
    }
  }

  private void forgetGit(Name fleet, Name application) {
    TreeMap<Name, GitState> there = gits.get(fleet);
    if (there != null) {
      there.remove(application);
      if (there.isEmpty()) {
        gits.remove(fleet);
      }
    }
  }

  GitState git(Name fleet, Name application) {
    TreeMap<Name, GitState> there = gits.get(fleet);
    return there == null ? GitState.NONE : there.getOrDefault(application, GitState.NONE);
  }

  /// Never the same for two states of what the slots of a fleet share.
  long fleetRevision(Name fleet) {
    return fleetRevisions.getOrDefault(fleet, 0L);
  }

  /// The same number: what is rendered for a slot has not changed, but for what times do.
  long documentsRevision() {
    return documentsRevision;
  }

  /// The same number: every slot is in the scopes in which it was.
  long placesRevision() {
    return placesRevision;
  }

  /// Whether an application may have been assigned to some place of a fleet after a time.
  boolean isAssignedSince(Name fleet, Name application, long millis) {
    return assignedMillis(fleet, application) > millis;
  }

  /// No place of a fleet was assigned the application later; 0: none was.
  long assignedMillis(Name fleet, Name application) {
    return assignedMillis.getOrDefault(fleet, Map.of()).getOrDefault(application, 0L);
  }

  /// Whether somebody who is there already may be in another scope after it. A new slot is looked
  /// at when its device comes.
  private boolean bearsOnPlaces(HubChange change) {
    return switch (change) {
      case HubChange.SitePut(var site) -> {
        Kept<AdminObject.Site> before = sites.get(site.content().name());
        yield before != null && !before.content().labels().equals(site.content().labels());
      }
      case HubChange.SlotPut(var slot) -> {
        Kept<AdminObject.Slot> before = slots.get(slot.content().ref());
        yield before != null && !before.content().labels().equals(slot.content().labels());
      }
      case HubChange.AssignmentPut _,
          HubChange.AssignmentRemoved _,
          HubChange.ApplicationPut _,
          HubChange.ObjectGone _ ->
          true;
      default -> false;
    };
  }

  /// Of presences see [#putPresence].
  private static boolean bearsOnDocuments(HubChange change) {
    // The most frequent first.
    return switch (change) {
      case HubChange.SessionPut _,
          HubChange.RowsTaken _,
          HubChange.BlockPut _,
          HubChange.HoldingSaid _,
          HubChange.PresencePut _,
          HubChange.DocumentHeld _,
          HubChange.DocumentPut _,
          HubChange.DocumentsChecked _,
          HubChange.SessionGone _,
          HubChange.BootSeen _,
          HubChange.AuditAppended _,
          HubChange.BootsForgotten _,
          HubChange.CertificateAwaited _,
          HubChange.CertificateCame _,
          HubChange.NonceUsed _,
          HubChange.NoncesForgotten _,
          HubChange.AskSent _,
          HubChange.AskEnded _,
          HubChange.DocumentsStale _,
          HubChange.StaleFleetsSpread _,
          HubChange.ViolationCounted _,
          HubChange.AlarmGiven _,
          HubChange.HistoryBelieved _,
          HubChange.ViolationsForgotten _,
          HubChange.ApplyMoved _,
          HubChange.ApplyEnded _,
          HubChange.CommandWaits _,
          HubChange.CommandTaken _,
          HubChange.RevocationsTouched _,
          HubChange.BlocksFollowed _,
          HubChange.SweepMoved _,
          HubChange.YearsLooked _,
          HubChange.BlockDropped _,
          HubChange.OutboxMarked _,
          HubChange.MarkForgotten _,
          HubChange.TokenPut _,
          HubChange.TokenUsed _,
          HubChange.TokenForgotten _,
          HubChange.CounterMoved _,
          HubChange.UserPut _,
          HubChange.BackupBegun _,
          HubChange.BackupDone _,
          HubChange.BackupNoted _,
          HubChange.StrangerPut _,
          HubChange.StrangerGone _,
          HubChange.CertificatesEnded _,
          HubChange.LineMeasured _,
          HubChange.LineForgotten _ ->
          false;
      case HubChange.HistoryMoved _,
          HubChange.HistoryRestored _,
          HubChange.FleetPut _,
          HubChange.SitePut _,
          HubChange.SlotPut _,
          HubChange.ApplicationPut _,
          HubChange.GitPut _,
          HubChange.GitGone _,
          HubChange.ObjectGone _,
          HubChange.AssignmentPut _,
          HubChange.AssignmentRemoved _,
          HubChange.LiftPut _,
          HubChange.LiftEnded _,
          HubChange.PausePut _,
          HubChange.PauseEnded _,
          HubChange.PublisherRootPut _,
          HubChange.ReleasePut _,
          HubChange.DevicePut _,
          HubChange.CertificatePut _,
          HubChange.DeviceCleared _ ->
          true;
      // Who is seen, and how many there are, selects nothing.
      case HubChange.RolloutKept c -> !(c.change() instanceof RolloutChange.Counted);
      case HubChange.RolloutPassed c -> !(c.change() instanceof RolloutChange.Seen);
    };
  }

  private void revise(Assignment.Place place) {
    if (place.site() == null) {
      revise(place.fleet());
    }
  }

  private void revise(Name fleet) {
    revisions++;
    fleetRevisions.put(fleet, revisions);
  }

  /// True once after certificates came or went that must not be served.
  boolean takeRevocationsTouched() {
    boolean taken = hasRevocationsTouched;
    hasRevocationsTouched = false;
    return taken;
  }

  /// Sessions that have ended since this was last asked.
  List<SessionId> takeGoneSessions() {
    if (goneSessions.isEmpty()) {
      return List.of();
    }
    List<SessionId> taken = goneSessions;
    goneSessions = new ArrayList<>();
    return taken;
  }

  private void putSlot(Kept<AdminObject.Slot> slot) {
    SlotRef ref = slot.content().ref();
    Kept<AdminObject.Slot> before = slots.put(ref, slot);
    if (before == null) {
      slotIsGone(ref, false);
    }
    note(
        slotsWithParameters,
        ref,
        before == null ? Set.of() : before.content().parameters().keySet(),
        slot.content().parameters().keySet());
    noteTemplates(ref, slot.content().parameters());
    noteFree(ref);
    madeSlots.merge(ref.site(), SlotChoice.madeNumberOf(ref.slot()), Math::max);
  }

  private static <T> void note(
      Map<Name, TreeSet<T>> places, T place, Set<Name> before, Set<Name> now) {
    for (Name application : before) {
      TreeSet<T> there = places.get(application);
      if (there != null && !now.contains(application)) {
        there.remove(place);
      }
    }
    for (Name application : now) {
      places.computeIfAbsent(application, any -> new TreeSet<>()).add(place);
    }
  }

  Set<Name> sitesWithParameters(Name application) {
    return sitesWithParameters.getOrDefault(application, new TreeSet<>());
  }

  Set<SlotRef> slotsWithParameters(Name application) {
    return slotsWithParameters.getOrDefault(application, new TreeSet<>());
  }

  private void noteFree(SlotRef slot) {
    if (!holders.containsKey(slot) && slots.containsKey(slot)) {
      freeSlots.computeIfAbsent(slot.site(), site -> new TreeSet<>()).add(slot.slot());
    }
  }

  private void putDevice(DeviceRecord device) {
    DeviceRecord before = devices.put(device.id(), device);
    keys.note(device.key(), device.id(), 0);
    if (before != null && !before.key().equals(device.key())) {
      keys.leave(before.key());
    }
    if (before != null && holders.remove(before.slot(), device.id())) {
      noteFree(before.slot());
      if (sharers.containsKey(before.slot())) {
        markPeersStale(before.slot());
        sharers.remove(before.slot(), device.id());
      }
    }
    if (device.isActive()) {
      holders.put(device.slot(), device.id());
      TreeSet<Name> free = freeSlots.get(device.slot().site());
      if (free != null) {
        free.remove(device.slot().slot());
      }
      expelled.remove(device.id());
      noteSharer(device);
    } else {
      expelled.add(device.id());
    }
    touched.add(device.id());
  }

  private void putPresence(PresenceRecord presence) {
    PresenceRecord before = presences.put(presence.device(), presence);
    if (presence.lanWaits()) {
      lanWaits.add(presence.device());
    } else {
      lanWaits.remove(presence.device());
    }
    DeviceRecord device = devices.get(presence.device());
    boolean hasMoved = !presence.lan().equals(before == null ? List.of() : before.lan());
    if (hasMoved || before == null || !before.features().equals(presence.features())) {
      documentsRevision++;
    }
    if (before != null
        && !before.features().equals(presence.features())
        && sessions.containsKey(presence.device())) {
      // What its agent does not know is left out of its document.
      staleDocuments.add(presence.device());
    }
    if (hasMoved && device != null && device.id().equals(holders.get(device.slot()))) {
      noteSharer(device);
    }
  }

  /// It shares, or does so no longer, or elsewhere.
  private void noteSharer(DeviceRecord device) {
    PresenceRecord presence = presences.get(device.id());
    if (presence != null && !presence.lan().isEmpty()) {
      sharers.put(device.slot(), device.id());
      markPeersStale(device.slot());
    } else if (sharers.containsKey(device.slot())) {
      markPeersStale(device.slot());
      sharers.remove(device.slot());
    }
  }

  /// Who shares with the device of this slot, by slot, itself among them; none when it does not
  /// share. In a site with more than [Limits#PEERS_MAX] of them, those next to it by name.
  List<DeviceId> sharersWith(SlotRef slot) {
    DeviceId self = sharers.get(slot);
    if (self == null) {
      return List.of();
    }
    List<DeviceId> before = sharersBefore(slot);
    List<DeviceId> after = sharersAfter(slot);
    int others = Limits.PEERS_MAX - 1;
    int fromAfter = Math.min(after.size(), Math.max(others / 2 + 1, others - before.size()));
    int fromBefore = Math.min(before.size(), others - fromAfter);
    List<DeviceId> peers = new ArrayList<>(before.subList(0, fromBefore).reversed());
    peers.add(self);
    peers.addAll(after.subList(0, fromAfter));
    return peers;
  }

  /// The next ones of the site, the nearest first.
  private List<DeviceId> sharersBefore(SlotRef slot) {
    return sharersOf(slot.site(), sharers.headMap(slot, false).descendingMap());
  }

  private List<DeviceId> sharersAfter(SlotRef slot) {
    return sharersOf(slot.site(), sharers.tailMap(slot, false));
  }

  private static List<DeviceId> sharersOf(Name site, Map<SlotRef, DeviceId> inTurn) {
    List<DeviceId> there = new ArrayList<>();
    for (Map.Entry<SlotRef, DeviceId> entry : inTurn.entrySet()) {
      if (there.size() == Limits.PEERS_MAX - 1 || !entry.getKey().site().equals(site)) {
        break;
      }
      there.add(entry.getValue());
    }
    return there;
  }

  /// The documents of whoever may have the device of this slot among its peers.
  private void markPeersStale(SlotRef slot) {
    List<DeviceId> there = new ArrayList<>(sharersBefore(slot));
    there.addAll(sharersAfter(slot));
    DeviceId self = sharers.get(slot);
    if (self != null) {
      there.add(self);
    }
    for (DeviceId device : there) {
      if (sessions.containsKey(device)) {
        staleDocuments.add(device);
      }
    }
  }

  private void putCertificate(CertificateRecord certificate) {
    DeviceId device = certificate.device();
    touched.add(device);
    DeviceRecord its = devices.get(device);
    if (its != null && device.equals(sharers.get(its.slot()))) {
      markPeersStale(its.slot());
    }
    keys.note(certificate.key(), device, certificate.notAfterMillis());
    switch (certificate.generation()) {
      case CURRENT -> {
        left(currentCertificates.put(device, certificate));
        forget(pendingCertificates, certificate);
      }
      case PENDING -> left(pendingCertificates.put(device, certificate));
      case SUPERSEDED -> {
        keys.supersede(certificate);
        forget(currentCertificates, certificate);
        forget(pendingCertificates, certificate);
      }
    }
  }

  private void left(@Nullable CertificateRecord certificate) {
    if (certificate != null) {
      keys.leave(certificate);
    }
  }

  private static void forget(
      Map<DeviceId, CertificateRecord> certificates, CertificateRecord certificate) {
    CertificateRecord held = certificates.get(certificate.device());
    if (held != null && held.serial().equals(certificate.serial())) {
      certificates.remove(certificate.device());
    }
  }

  private void putMark(DeviceId device, OutboxMark next) {
    List<OutboxMark> marks = outboxMarks.computeIfAbsent(device, id -> new ArrayList<>(1));
    int last = marks.size() - 1;
    if (last >= 0 && marks.get(last).incarnation().equals(next.incarnation())) {
      marks.set(last, next);
    } else {
      marks.removeIf(mark -> mark.incarnation().equals(next.incarnation()));
      marks.add(next);
    }
  }

  private void takeRows(HubChange.RowsTaken taken) {
    OutboxMark before = mark(taken.device(), taken.incarnation());
    putMark(
        taken.device(),
        new OutboxMark(
            taken.incarnation(),
            taken.through(),
            before == null ? -1 : before.begun(),
            before == null ? -1 : before.backedUp()));
    Set<Digest> releasesSeen = taken.releases();
    if (releasesSeen != null
        && !releasesSeen.equals(reportedReleases.put(taken.device(), releasesSeen))) {
      touched.add(taken.device());
    }
  }

  private void clear(DeviceId device) {
    left(currentCertificates.remove(device));
    left(pendingCertificates.remove(device));
    documents.remove(device);
    heldManifests.remove(device);
    presences.remove(device);
    lanWaits.remove(device);
    outboxMarks.remove(device);
    reportedReleases.remove(device);
    holdings.remove(device);
    boots.remove(device);
    touched.add(device);
  }

  /// True when [HubChange.DeviceCleared] would have something to forget.
  boolean isAnythingKept(DeviceId device) {
    return currentCertificates.containsKey(device)
        || pendingCertificates.containsKey(device)
        || documents.containsKey(device)
        || heldManifests.containsKey(device)
        || presences.containsKey(device)
        || outboxMarks.containsKey(device)
        || reportedReleases.containsKey(device);
  }

  private void markStale(HubChange.DocumentsStale scope) {
    if (scope.site() != null) {
      Set<SlotRef> there =
          scope.slot() == null
              ? slotsOf(scope.site())
              : Set.of(new SlotRef(scope.site(), scope.slot()));
      for (SlotRef slot : there) {
        DeviceId holder = holders.get(slot);
        if (holder != null && sessions.containsKey(holder)) {
          staleDocuments.add(holder);
        }
      }
      return;
    }
    staleFleets.add(Optional.ofNullable(scope.fleet()));
  }

  /// Whether connected devices are still to be marked.
  boolean areFleetsStale() {
    return !staleFleets.isEmpty() || spread != null;
  }

  /// The next slice of slots. Who connects meanwhile is looked at anyway.
  private void spreadStaleFleets() {
    Spread at = spread;
    if (at == null) {
      at = new Spread(Set.copyOf(staleFleets), null);
      staleFleets.clear();
    }
    int looked = 0;
    SlotRef last = at.after();
    for (SlotRef slot : (last == null ? slots : slots.tailMap(last, false)).keySet()) {
      if (looked++ == SPREAD_SLOTS) {
        spread = new Spread(at.fleets(), last);
        return;
      }
      last = slot;
      DeviceId holder = holders.get(slot);
      if (holder != null && sessions.containsKey(holder) && isIn(at.fleets(), slot.site())) {
        staleDocuments.add(holder);
      }
    }
    spread = null;
  }

  private boolean isIn(Set<Optional<Name>> fleets, Name site) {
    Kept<AdminObject.Site> kept = sites.get(site);
    return fleets.contains(Optional.<Name>empty())
        || (kept != null && fleets.contains(Optional.of(kept.content().fleet())));
  }

  private void noteWaits(DeviceId device, @Nullable Delivery delivery) {
    listening.note(device, delivery instanceof Delivery.Listening it ? it.sinceMillis() : null);
    signing.note(device, delivery instanceof Delivery.Signing it ? it.sinceMillis() : null);
    unconfirmed.note(device, delivery instanceof Delivery.Unconfirmed it ? it.sinceMillis() : null);
  }

  /// Those that have waited longest, of each kind a few.
  List<DeviceId> longestWaiting() {
    List<DeviceId> longest = new ArrayList<>();
    listening.first(WAITS_LOOKED, longest);
    signing.first(WAITS_LOOKED, longest);
    unconfirmed.first(WAITS_LOOKED, longest);
    return longest;
  }

  /// Whether the device of a slot is known to run an agent too old for one of
  /// [dev.tombolo.protocol.Features].
  boolean lacks(SlotRef slot, String feature) {
    DeviceId holder = holders.get(slot);
    PresenceRecord presence = holder == null ? null : presences.get(holder);
    return presence != null && presence.lacks(feature);
  }

  /// The mark of an outbox; -1 for one never seen.
  long markOf(DeviceId device, String incarnation) {
    OutboxMark mark = mark(device, incarnation);
    return mark == null ? -1 : mark.through();
  }

  private @Nullable OutboxMark mark(DeviceId device, String incarnation) {
    for (OutboxMark mark : outboxMarks.getOrDefault(device, List.of())) {
      if (mark.incarnation().equals(incarnation)) {
        return mark;
      }
    }
    return null;
  }

  /// What a device is told of its rows. From the first backup on it keeps what no backup has.
  Acked acked(DeviceId device, String incarnation, long through, long nowMillis) {
    if (backup == null) {
      return new Acked(incarnation, through, nowMillis);
    }
    OutboxMark mark = mark(device, incarnation);
    return new Acked(
        incarnation, through, nowMillis, mark == null ? 0 : Math.max(0, mark.backedUp()));
  }

  /// The outbox that was taken from last.
  @Nullable OutboxMark newestMark(DeviceId device) {
    List<OutboxMark> marks = outboxMarks.getOrDefault(device, List.of());
    return marks.isEmpty() ? null : marks.getLast();
  }

  /// No slot of the site sorts before it.
  static SlotRef firstOf(Name site) {
    return new SlotRef(site, FIRST_NAME);
  }

  /// The slots of a site, by name.
  Set<SlotRef> slotsOf(Name site) {
    Set<SlotRef> there = new LinkedHashSet<>();
    for (SlotRef slot : slots.tailMap(firstOf(site)).keySet()) {
      if (!slot.site().equals(site)) {
        break;
      }
      there.add(slot);
    }
    return there;
  }

  /// All blocks were there before: none of them has begun in this run.
  void settleBlocks() {
    blocks.values().forEach(log -> log.follow(0));
  }

  RowBlocks blocks(RowLog log) {
    return blocks.computeIfAbsent(log, any -> new RowBlocks());
  }

  KeptRows keptRows(RowLog log) {
    return new KeptRows(
        blocks(log).rows(), blocks(log).bytes(), RowLog.countOf(counter(log.gone())));
  }

  long counter(Counter counter) {
    return counters.getOrDefault(counter, 0L);
  }
}
