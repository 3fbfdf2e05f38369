package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Has a hub that nobody sees do what operators do, over a store that is thrown away, before the
/// real one begins. The first command of each kind costs tens of milliseconds, while its classes
/// are loaded; it must not be an operator's, with all devices waiting behind it.
public final class WarmUp {
  private static final Name FLEET = new Name("warm-up");
  private static final Name APPLICATION = new Name("people");
  private static final Principal NOBODY = new Principal("hub:warm-up");
  private static final long NOW = 1_800_000_000_000L;
  private static final int DEVICES = 20;
  private static final int ROUNDS = 4;

  /// More turns than any of it takes.
  private static final int TURNS_MAX = 10_000;

  private final HubTurn turn;
  private final String documentKey;
  private long now = NOW;
  private long request;
  private long reports;

  /// What each device holds.
  private final Map<DeviceId, Digest> documents = new HashMap<>();

  private WarmUp(HubSettings settings, HubStore store) {
    HubStore.Batch batch = store.begin();
    batch.savepoint();
    batch.apply(world());
    batch.commit();
    this.turn = new HubTurn(settings, store, new PublishedDirectory());
    this.documentKey = settings.documentKey();
  }

  /// @param scratch an empty store; the caller throws it away
  public static void run(HubSettings settings, HubStore scratch) {
    WarmUp hub = new WarmUp(settings, scratch);
    hub.connect();
    for (int round = 0; round < ROUNDS; round++) {
      hub.work(round);
    }
  }

  private void work(int round) {
    String value = Integer.toString(1 + round % 8);
    apply(false, fleet(value));
    apply(false, fleet("${site.name} " + value));
    apply(true, fleet(value));
    apply(false, application(value));
    List<AdminObject> sites = new ArrayList<>();
    for (int i = 0; i < ApplyCommands.SLICE + 1; i++) {
      sites.add(site(new Name("site-" + i), round % 2 == 0 ? SiteTimes.ANY : nights()));
    }
    apply(false, sites.toArray(new AdminObject[0]));
    ask(new AdminCommand.LiftWindows(slot(0), Duration.ofMinutes(1), "warm-up", Optional.empty()));
    ask(
        new AdminCommand.CreateRollout(
            new ReleaseRef(APPLICATION, round % 2 == 0 ? "2.0" : "1.0"),
            new Scope(FLEET, Set.of(), Map.of()),
            new RolloutPlan(
                List.of(new Wave("canary", new Pick.Count(1), Gate.USUAL)),
                Budgets.USUAL,
                AbortRule.USUAL,
                RolloutPlan.PERMIT_MILLIS_USUAL,
                null),
            Optional.empty()));
    RolloutId rollout = new RolloutId(round + 1L);
    steer(rollout, AdminCommand.SteerRollout.Action.PAUSE);
    steer(rollout, AdminCommand.SteerRollout.Action.RESUME);
    String version = round % 2 == 0 ? "2.0" : "1.0";
    // Staged by all; who has a permit goes on, and fails every other time.
    everybodySays(ApplicationStatus.Phase.STAGED, version);
    everybodySays(ApplicationStatus.Phase.PROBING, version);
    everybodySays(
        round % 2 == 0 ? ApplicationStatus.Phase.LIVE : ApplicationStatus.Phase.ROLLED_BACK,
        version);
    steer(rollout, AdminCommand.SteerRollout.Action.ABORT);
    steer(rollout, AdminCommand.SteerRollout.Action.RETRY);
    steer(rollout, AdminCommand.SteerRollout.Action.ROLLBACK);
    ask(
        new AdminCommand.Assign(
            new ReleaseRef(APPLICATION, round % 2 == 0 ? "2.0" : "1.0"),
            FLEET,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private void apply(boolean isDryRun, AdminObject... objects) {
    ask(
        new AdminCommand.Apply(
            List.of(objects), Optional.empty(), isDryRun, Optional.empty(), Map.of(), true));
  }

  private void steer(RolloutId rollout, AdminCommand.SteerRollout.Action action) {
    ask(new AdminCommand.SteerRollout(rollout, action, "warm-up", false, Optional.empty()));
  }

  private void everybodySays(ApplicationStatus.Phase phase, String version) {
    now += 1_000;
    reports++;
    boolean isLive = phase == ApplicationStatus.Phase.LIVE;
    Digest wanted = release(version).digest();
    ApplicationStatus status =
        new ApplicationStatus(
            APPLICATION,
            phase,
            wanted,
            version,
            isLive ? wanted : null,
            isLive ? version : null,
            null,
            now,
            0,
            0,
            0,
            phase == ApplicationStatus.Phase.ROLLED_BACK
                ? List.of(new Reason.ProbeFailed("golden-set", "2 of 4 wrong"))
                : List.of());
    List<HubEvent> events = new ArrayList<>();
    for (int number = 0; number < DEVICES; number++) {
      ReportBody.State state =
          new ReportBody.State(
              documents.get(device(number)), 1, List.of(status), List.of(), Map.of());
      events.add(
          new HubEvent.ReportSaid(
              new SessionId(number + 1),
              device(number),
              new Report(
                  "outbox",
                  "boot",
                  now,
                  now,
                  List.of(new Report.Row(reports, "boot", now, now, state))),
              1));
    }
    tell(events);
  }

  private void ask(AdminCommand command) {
    now += 1_000;
    tell(List.of(new HubEvent.AdminAsked(++request, NOBODY, command)));
  }

  private void connect() {
    List<HubEvent> events = new ArrayList<>();
    for (int number = 0; number < DEVICES; number++) {
      SessionId session = new SessionId(number + 1);
      events.add(
          new HubEvent.SessionOpened(
              session, device(number), Integer.toHexString(number + 1), null, "127.0.0.1:1"));
      events.add(
          new HubEvent.PresenceSaid(
              session,
              device(number),
              new Presence.Birth(
                  "boot",
                  1,
                  null,
                  0,
                  null,
                  List.of(),
                  documentKey,
                  "outbox",
                  0,
                  "0",
                  List.of(),
                  NOW)));
    }
    tell(events);
  }

  /// Lets everybody answer until nothing is left to do.
  private void tell(List<HubEvent> events) {
    ArrayDeque<HubEvent> next = new ArrayDeque<>(events);
    for (int turns = 0; turns < TURNS_MAX && (!next.isEmpty() || turn.isWorkLeft()); turns++) {
      List<HubEvent> batch = new ArrayList<>(next);
      next.clear();
      batch.add(new HubEvent.Ticked());
      for (HubEffect effect : turn.take(batch, now)) {
        if (effect instanceof HubEffect.SignDocument sign) {
          next.add(new HubEvent.DocumentSigned(sign.device(), sign.revision(), envelope(sign)));
        } else if (effect instanceof HubEffect.SendDesired send) {
          documents.put(send.device(), send.manifest());
          next.add(new HubEvent.DesiredTaken(send.session(), send.device(), send.manifest()));
        }
      }
    }
  }

  private Envelope envelope(HubEffect.SignDocument sign) {
    return new Envelope(
        DesiredManifest.PAYLOAD_TYPE,
        Base64.getEncoder().encodeToString(sign.payload()),
        List.of(new Envelope.Signature(documentKey, "")));
  }

  // What there is

  private static List<HubChange> world() {
    List<HubChange> changes = new ArrayList<>();
    changes.add(
        new HubChange.FleetPut(
            kept("fleet", new AdminObject.Fleet(FLEET, "", Map.of(), false, Map.of()))));
    ReleaseRecord first = release("1.0");
    changes.add(new HubChange.ReleasePut(first));
    changes.add(new HubChange.ReleasePut(release("2.0")));
    changes.add(
        new HubChange.AssignmentPut(
            new Assignment(
                new Assignment.Place(FLEET, null, null),
                first.ref(),
                first.digest(),
                1,
                NOBODY.name())));
    for (int number = 0; number < DEVICES; number++) {
      changes.add(
          new HubChange.SitePut(kept("site-" + number, site(slot(number).site(), SiteTimes.ANY))));
      changes.add(
          new HubChange.SlotPut(
              kept(
                  "slot-" + number,
                  new AdminObject.Slot(slot(number), "", Map.of("size", "small"), Map.of()))));
      Digest key = Digest.ofText("warm-up key " + number);
      changes.add(
          new HubChange.DevicePut(
              new DeviceRecord(
                  device(number),
                  key,
                  slot(number),
                  DeviceRecord.Standing.ACTIVE,
                  null,
                  1,
                  1,
                  "token",
                  Map.of())));
      changes.add(
          new HubChange.CertificatePut(
              new CertificateRecord(
                  Integer.toHexString(number + 1),
                  device(number),
                  key,
                  key,
                  1,
                  NOW * 2,
                  CertificateRecord.Generation.CURRENT,
                  "pem")));
    }
    return changes;
  }

  private static <T extends AdminObject> Kept<T> kept(String id, T object) {
    return new Kept<>(id, object, 1, 1, NOBODY.name());
  }

  private static DeviceId device(int number) {
    return DeviceId.ofKey(("warm-up " + number).getBytes(StandardCharsets.UTF_8));
  }

  private static SlotRef slot(int number) {
    return new SlotRef(new Name("site-" + number), new Name("till-1"));
  }

  private static AdminObject fleet(String title) {
    return new AdminObject.Fleet(
        FLEET, "", Map.of(), false, Map.of(APPLICATION, Map.of("title", title)));
  }

  private static AdminObject.Site site(Name name, SiteTimes times) {
    return new AdminObject.Site(
        name, FLEET, "", Map.of("region", "north"), "Europe/Berlin", "", "", Map.of(), times);
  }

  private static SiteTimes nights() {
    return new SiteTimes(
        List.of(Weekly.parse("21:00-07:00")),
        List.of(Weekly.parse("Mon-Sat 01:00-05:00")),
        List.of(),
        List.of());
  }

  private static AdminObject application(String threads) {
    return new AdminObject.Application(
        APPLICATION,
        FLEET,
        Optional.empty(),
        "",
        Map.of(),
        Map.of("title", "all"),
        List.of(
            new SyncPolicy(
                Selector.ALL,
                List.of(
                    new SyncPolicy.Override(
                        new Selector(Map.of("size", "small"), List.of()),
                        List.of(new Patch(Patch.Op.ADD, "threads", threads)))))));
  }

  private static ReleaseRecord release(String version) {
    ReleaseManifest manifest =
        new ReleaseManifest(
            APPLICATION,
            version,
            ReleaseManifest.Kind.MODEL,
            "",
            List.of("*"),
            0,
            List.of(),
            List.of(
                new Variant(
                    "linux",
                    "any",
                    List.of(),
                    List.of(new Variant.File("model", 5, Digest.ofText(version), false)),
                    new WorkloadSpec(
                        WorkloadSpec.Type.NONE,
                        List.of(),
                        Map.of(),
                        new WorkloadSpec.Reload.Restart(),
                        List.of(),
                        0,
                        0,
                        0),
                    List.of(
                        new Variant.Parameter("title", Variant.Parameter.Type.TEXT, "", null, null),
                        new Variant.Parameter(
                            "threads", Variant.Parameter.Type.INTEGER, "1", 1L, 64L)))));
    String payload = Json.write(manifest);
    Envelope envelope =
        new Envelope(
            ReleaseManifest.PAYLOAD_TYPE,
            Base64.getEncoder().encodeToString(payload.getBytes(StandardCharsets.UTF_8)),
            List.of(new Envelope.Signature("key", "")));
    return new ReleaseRecord(
        Digest.ofText(payload),
        new ReleaseRef(APPLICATION, version),
        ReleaseManifest.Kind.MODEL,
        Json.write(envelope),
        List.of("*"),
        0,
        Set.of(Digest.ofText(version)),
        5,
        1,
        NOBODY.name());
  }
}
