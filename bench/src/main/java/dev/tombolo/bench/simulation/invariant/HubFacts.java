package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.Assignment;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.hub.core.ReportRow;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.join.JoinTokenRecord;
import dev.tombolo.hub.join.TokenUse;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ReportBody;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the hub has committed, kept independently of its own memory.
final class HubFacts {
  private static final long BACKUP_GRACE_MILLIS = 15 * 60 * 1_000;

  final Map<String, JoinTokenRecord> tokens = new HashMap<>();
  final Map<String, List<TokenUse>> uses = new HashMap<>();
  final Map<DeviceId, DeviceRecord> devices = new TreeMap<>();
  final Map<DeviceId, Long> expelledMillis = new HashMap<>();
  final Map<String, CertificateRecord> certificates = new HashMap<>();
  final Map<DeviceId, DocumentRecord> documents = new HashMap<>();
  final Map<DeviceId, Digest> heldManifests = new HashMap<>();
  final Map<DeviceId, Map<String, Outbox>> outboxes = new HashMap<>();
  final Map<DeviceId, ReportBody.State> states = new HashMap<>();
  final Map<DeviceId, Set<Digest>> reportedReleases = new HashMap<>();
  final Map<Digest, ReleaseRecord> releases = new HashMap<>();
  final Map<Assignment.Place, TreeMap<Name, Assignment>> assignments = new HashMap<>();
  final Map<Name, AdminObject.Site> sites = new TreeMap<>();
  final Map<DeviceId, Boolean> online = new HashMap<>();

  /// What its agent knows, as its newest birth said.
  final Map<DeviceId, Set<String>> features = new HashMap<>();

  final Map<DeviceId, Long> seenMillis = new HashMap<>();
  final EnumMap<Counter, Long> counters = new EnumMap<>(Counter.class);
  final RolloutFacts rollouts = new RolloutFacts();
  final SettingFacts settings = new SettingFacts();
  private @Nullable Map<SlotRef, DeviceId> holders;
  @Nullable AuditRecord lastAudit;

  /// Devices that wait for a slot: they joined after the backup that the hub goes on with.
  final Set<DeviceId> strangers = new HashSet<>();

  /// Were there, and were removed.
  final Set<SlotRef> goneSlots = new HashSet<>();

  /// True once the hub went on with a backup that was not the newest.
  boolean hasLostRows;

  /// What its clock showed when it began what it commits; not always the time.
  long clockMillis;

  /// Through which row a finished backup has each outbox, and when the first was finished; by the
  /// same, what the backup has that is being made.
  final Map<DeviceId, Map<String, Long>> backedUp = new HashMap<>();

  private final Map<DeviceId, Map<String, Long>> begun = new HashMap<>();
  private @Nullable Long backedUpSinceMillis;

  /// True when rows may only be forgotten that a backup has. What was said just before the first
  /// backup may still be under way.
  boolean hasBackups(long nowMillis) {
    Long since = backedUpSinceMillis;
    return since != null && nowMillis - since > BACKUP_GRACE_MILLIS;
  }

  private void takeBackup(HubChange.Durable change, long nowMillis) {
    switch (change) {
      case HubChange.BackupBegun _ -> {
        begun.clear();
        outboxes.forEach(
            (device, its) -> {
              Map<String, Long> there = begun.computeIfAbsent(device, unseen -> new HashMap<>());
              its.forEach((incarnation, outbox) -> there.put(incarnation, outbox.through));
            });
      }
      case HubChange.BackupDone _ -> {
        begun.forEach(
            (device, its) ->
                its.forEach((incarnation, through) -> backed(device, incarnation, through)));
        backedUpSinceMillis = backedUpSinceMillis == null ? nowMillis : backedUpSinceMillis;
      }
      case HubChange.OutboxMarked it -> backed(it.device(), it.incarnation(), it.backedUp());
      default -> {}
    }
  }

  private void backed(DeviceId device, String incarnation, long through) {
    backedUp
        .computeIfAbsent(device, unseen -> new HashMap<>())
        .merge(incarnation, through, Math::max);
  }

  /// What has been taken of one outbox.
  static final class Outbox {
    long through = -1;
    final BitSet rows = new BitSet();
    long droppedRows;

    Outbox copy() {
      Outbox copy = new Outbox();
      copy.through = through;
      copy.rows.or(rows);
      copy.droppedRows = droppedRows;
      return copy;
    }
  }

  /// Tokens, their uses and who was put out are not put back: they hold beyond a restore.
  Runnable bookmark() {
    Map<DeviceId, DeviceRecord> devicesThen = Map.copyOf(devices);
    Map<String, CertificateRecord> certificatesThen = Map.copyOf(certificates);
    Map<DeviceId, DocumentRecord> documentsThen = Map.copyOf(documents);
    Map<DeviceId, Digest> heldThen = Map.copyOf(heldManifests);
    Map<DeviceId, Map<String, Outbox>> outboxesThen = copy(outboxes);
    Map<DeviceId, ReportBody.State> statesThen = Map.copyOf(states);
    Map<DeviceId, Set<Digest>> reportedThen = Map.copyOf(reportedReleases);
    Map<Digest, ReleaseRecord> releasesThen = Map.copyOf(releases);
    Map<Assignment.Place, TreeMap<Name, Assignment>> assignmentsThen = new HashMap<>();
    assignments.forEach((place, there) -> assignmentsThen.put(place, new TreeMap<>(there)));
    Map<Name, AdminObject.Site> sitesThen = Map.copyOf(sites);
    Map<Counter, Long> countersThen = Map.copyOf(counters);
    Set<DeviceId> strangersThen = Set.copyOf(strangers);
    Set<SlotRef> goneThen = Set.copyOf(goneSlots);
    AuditRecord auditThen = lastAudit;
    Runnable rolloutsThen = rollouts.bookmark();
    Runnable settingsThen = settings.bookmark();
    return () -> {
      settingsThen.run();
      rolloutsThen.run();
      holders = null;
      admitAgain(devicesThen);
      putBack(devices, devicesThen);
      putBack(certificates, certificatesThen);
      putBack(documents, documentsThen);
      putBack(heldManifests, heldThen);
      putBack(outboxes, copy(outboxesThen));
      putBack(states, statesThen);
      putBack(reportedReleases, reportedThen);
      putBack(releases, releasesThen);
      assignments.clear();
      assignmentsThen.forEach((place, there) -> assignments.put(place, new TreeMap<>(there)));
      putBack(sites, sitesThen);
      putBack(counters, countersThen);
      strangers.clear();
      strangers.addAll(strangersThen);
      goneSlots.clear();
      goneSlots.addAll(goneThen);
      online.replaceAll((device, is) -> false);
      lastAudit = auditThen;
    };
  }

  /// What a restore to an older backup took for their last standing is older than their admission,
  /// which that backup did not have, and this one has.
  private void admitAgain(Map<DeviceId, DeviceRecord> then) {
    for (DeviceRecord device : then.values()) {
      DeviceRecord last = devices.get(device.id());
      if (device.isActive()
          && last != null
          && last.standingSinceMillis() <= device.standingSinceMillis()) {
        expelledMillis.remove(device.id());
      }
    }
  }

  private static <K, V> void putBack(Map<K, V> map, Map<K, V> then) {
    map.clear();
    map.putAll(then);
  }

  private static Map<DeviceId, Map<String, Outbox>> copy(Map<DeviceId, Map<String, Outbox>> all) {
    Map<DeviceId, Map<String, Outbox>> copy = new HashMap<>();
    all.forEach(
        (device, its) -> {
          Map<String, Outbox> copies = new HashMap<>();
          its.forEach((incarnation, outbox) -> copies.put(incarnation, outbox.copy()));
          copy.put(device, copies);
        });
    return copy;
  }

  void take(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange.Durable change : changes) {
      take(change, nowMillis);
    }
  }

  private void take(HubChange.Durable change, long nowMillis) {
    settings.take(change);
    switch (change) {
      case HubChange.TokenPut(var token) -> tokens.put(token.id(), token);
      case HubChange.TokenUsed(var use) ->
          uses.computeIfAbsent(use.token(), unseen -> new ArrayList<>()).add(use);
      case HubChange.DevicePut(var device) -> {
        holders = null;
        devices.put(device.id(), device);
        if (device.isActive()) {
          expelledMillis.remove(device.id());
        } else {
          expelledMillis.putIfAbsent(device.id(), nowMillis);
        }
      }
      case HubChange.CertificatePut(var certificate) ->
          certificates.put(certificate.serial(), certificate);
      case HubChange.DocumentPut(var document) -> documents.put(document.device(), document);
      case HubChange.DocumentHeld it -> heldManifests.put(it.device(), it.manifest());
      case HubChange.RowsTaken taken -> take(taken);
      case HubChange.ReleasePut(var release) -> releases.put(release.digest(), release);
      case HubChange.AssignmentPut(var it) ->
          assignments
              .computeIfAbsent(it.place(), unseen -> new TreeMap<>())
              .put(it.application(), it);
      case HubChange.AssignmentRemoved(var place, var application) -> {
        TreeMap<Name, Assignment> there = assignments.get(place);
        if (there != null) {
          there.remove(application);
        }
      }
      case HubChange.SlotPut(var slot) -> goneSlots.remove(slot.content().ref());
      case HubChange.SitePut(var site) -> sites.put(site.content().name(), site.content());
      case HubChange.ObjectGone(var object) -> {
        if (object instanceof AdminObject.Site site) {
          sites.remove(site.name());
        }
        if (object instanceof AdminObject.Slot slot) {
          goneSlots.add(slot.ref());
        }
      }
      case HubChange.PresencePut(var presence) -> {
        online.put(presence.device(), presence.online());
        features.put(presence.device(), Set.copyOf(presence.features()));
        seenMillis.put(presence.device(), presence.seenMillis());
      }
      case HubChange.CounterMoved(var counter, var value) -> counters.put(counter, value);
      case HubChange.AuditAppended(var record) -> lastAudit = record;
      case HubChange.DeviceCleared(var device) -> {
        documents.remove(device);
        heldManifests.remove(device);
        states.remove(device);
        reportedReleases.remove(device);
        online.remove(device);
        seenMillis.remove(device);
      }
      case HubChange.StrangerPut(var stranger) -> {
        strangers.add(stranger.device());
        if (stranger.isRevoked()) {
          expelledMillis.putIfAbsent(stranger.device(), nowMillis);
        }
      }
      case HubChange.StrangerGone(var device) -> strangers.remove(device);
      case HubChange.RolloutKept(var its) -> rollouts.take(its);
      case HubChange.BackupBegun _, HubChange.BackupDone _, HubChange.OutboxMarked _ ->
          takeBackup(change, nowMillis);
      // The hub may forget these; what was true of them stays true.
      case HubChange.HistoryMoved _,
          HubChange.HistoryRestored _,
          HubChange.BlockPut _,
          HubChange.BlockDropped _,
          HubChange.MarkForgotten _,
          HubChange.TokenForgotten _,
          HubChange.CertificatesEnded _,
          HubChange.FleetPut _,
          HubChange.LiftPut _,
          HubChange.LiftEnded _,
          HubChange.LineMeasured _,
          HubChange.LineForgotten _,
          HubChange.PausePut _,
          HubChange.PauseEnded _,
          HubChange.SlotPut _,
          HubChange.ApplicationPut _,
          HubChange.GitPut _,
          HubChange.GitGone _,
          HubChange.PublisherRootPut _,
          HubChange.UserPut _ -> {}
    }
  }

  private void take(HubChange.RowsTaken taken) {
    Outbox outbox = outbox(taken.device(), taken.incarnation());
    outbox.through = taken.through();
    for (ReportRow row : taken.rows()) {
      outbox.rows.set(Math.toIntExact(row.sequence()));
      switch (row.body()) {
        case ReportBody.State state -> states.put(taken.device(), state);
        case ReportBody.Dropped dropped -> outbox.droppedRows += dropped.count();
        case ReportBody.Happened _, ReportBody.Result _ -> {}
      }
    }
    Set<Digest> reported = taken.releases();
    if (reported != null) {
      reportedReleases.put(taken.device(), reported);
    }
  }

  Outbox outbox(DeviceId device, String incarnation) {
    return outboxes
        .computeIfAbsent(device, unseen -> new HashMap<>())
        .computeIfAbsent(incarnation, unseen -> new Outbox());
  }

  /// Who has each slot.
  Map<SlotRef, DeviceId> holders() {
    Map<SlotRef, DeviceId> known = holders;
    if (known == null) {
      known = new HashMap<>();
      for (DeviceRecord device : devices.values()) {
        if (device.isActive()) {
          known.put(device.slot(), device.id());
        }
      }
      holders = known;
    }
    return known;
  }

  /// What is assigned to a slot: the narrowest place wins.
  Map<Name, Assignment> wanted(SlotRef slot) {
    TreeMap<Name, Assignment> wanted = new TreeMap<>();
    AdminObject.Site site = sites.get(slot.site());
    if (site != null) {
      wanted.putAll(at(new Assignment.Place(site.fleet(), null, null)));
      wanted.putAll(at(new Assignment.Place(site.fleet(), slot.site(), null)));
      wanted.putAll(at(new Assignment.Place(site.fleet(), slot.site(), slot.slot())));
    }
    return wanted;
  }

  private Map<Name, Assignment> at(Assignment.Place place) {
    return assignments.getOrDefault(place, new TreeMap<>());
  }

  /// Files that the device may be given.
  Set<Digest> readable(DeviceId device) {
    Set<Digest> files = new HashSet<>();
    DocumentRecord document = documents.get(device);
    if (document != null) {
      document.releases().forEach(release -> addFiles(release, files));
    }
    reportedReleases.getOrDefault(device, Set.of()).forEach(release -> addFiles(release, files));
    return files;
  }

  private void addFiles(Digest release, Set<Digest> files) {
    ReleaseRecord record = releases.get(release);
    if (record != null) {
      files.addAll(record.files());
    }
  }
}
