package dev.tombolo.bench.load;

import dev.tombolo.bench.process.Leftovers;
import dev.tombolo.hub.core.Assignment;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubStore.Batch;
import dev.tombolo.hub.core.Kept;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.core.WarmUp;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SyncPolicy;
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
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What a changed setting costs the hub's one writer: the real deciders over the real store, with
/// lines that answer at once.
@Command(
    name = "settings",
    description = "A changed setting for many connected devices: how long each step of the hub is.",
    mixinStandardHelpOptions = true)
public final class SettingsBench implements Callable<Integer> {
  private static final Name FLEET = new Name("load");
  private static final Name SPARE_FLEET = new Name("spare");
  static final Name APPLICATION = new Name("people");
  private static final int SLOTS_OF_SITE = 20;

  /// As many as one list may have.
  private static final int LISTED = 20_000;

  /// As many as may be pruned at once.
  private static final int PRUNED = 2_000;

  private static final int OVERRIDDEN_EVERY = 100;

  /// Kinds of steps of which the longest are shown.
  private static final int KINDS_SHOWN = 3;

  @Option(
      names = "--devices",
      defaultValue = "100000",
      description = "connected devices (${DEFAULT-VALUE})")
  int deviceCount;

  @Mixin final FiguresFile file = new FiguresFile();

  private final Figures figures = new Figures("settings");

  @Override
  public Integer call() throws Exception {
    Path folder = Leftovers.folder("tombolo-settings");
    // As a hub does at its start.
    try (SqliteHubStore scratch = SqliteHubStore.open(folder.resolve("warm-up.db"))) {
      WarmUp.run(SettingsDriver.SETTINGS, scratch);
    }
    try (SqliteHubStore store = SqliteHubStore.open(folder.resolve("hub.db"))) {
      fill(store);
      SettingsDriver hub = new SettingsDriver(store);
      connect(hub);
      figures.put("devices", deviceCount);
      change(hub, "the first command", fleet("0"));
      change(hub, "one fleet parameter", fleet("1"));
      change(hub, "a template in it", fleet("${site.name}"));
      change(hub, "an override for one device in 100", application("2"));
      change(hub, "the same again", application("2"));
      apply(hub, "dry run of one fleet parameter", List.of(fleet("3")), true);
      apply(hub, LISTED + " new sites", sites("new", LISTED), false);
      apply(hub, PRUNED + " more sites", sites("more", PRUNED), false);
      prune(hub);
      rollOut(hub);
      tell(
          hub,
          "another release, assigned to the fleet",
          new AdminCommand.Assign(
              new ReleaseRef(APPLICATION, "3.0"),
              FLEET,
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));
      tell(hub, "a backup begun", new AdminCommand.BeginBackup("b1"));
      tell(
          hub,
          "a backup finished",
          new AdminCommand.FinishBackup("b1", Digest.ofText("backup"), 1_000));
    }
    file.write(figures);
    return 0;
  }

  private void change(SettingsDriver hub, String what, AdminObject object) throws Exception {
    apply(hub, what, List.of(object), false);
  }

  private void apply(SettingsDriver hub, String what, List<AdminObject> objects, boolean isDryRun) {
    tell(
        hub,
        what,
        new AdminCommand.Apply(
            objects, Optional.empty(), isDryRun, Optional.empty(), Map.of(), true));
  }

  private void tell(SettingsDriver hub, String what, AdminCommand command) {
    long documents = hub.documents();
    hub.beginMeasure();
    long from = System.nanoTime();
    hub.tell(new HubEvent.AdminAsked(1, SettingsDriver.OPERATOR, command));
    figures.put(what + ": seconds", (System.nanoTime() - from) / 1e9);
    figures.put(what + ": documents made anew", hub.documents() - documents);
    StepClock steps = hub.steps();
    figures.put(what + ": steps", steps.steps());
    figures.put(what + ": steps over 5 ms of the processor", steps.stepsOverFive());
    figures.put(what + ": longest step, ms of the processor", steps.longestCpuMillis());
    figures.put(what + ": longest step, ms", steps.longestWallMillis());
    steps.longest(KINDS_SHOWN).forEach(it -> figures.say("  " + it.kind(), it.words()));
    figures.put(
        what + ": longest turn without its commit, ms of the processor",
        hub.longestTurnCpuMillis());
    figures.put(what + ": longest turn without its commit, ms", hub.longestTurnMillis());
    figures.put(what + ": longest commit, ms", hub.longestCommitMillis());
  }

  /// Looks through all sites for what the list leaves out: those that have no slots.
  private void prune(SettingsDriver hub) {
    tell(
        hub,
        LISTED + " sites, and " + PRUNED + " pruned",
        new AdminCommand.Apply(
            sites("new", LISTED),
            Optional.empty(),
            false,
            Optional.of(
                new AdminCommand.Prune(Set.of(SPARE_FLEET), Set.of(AdminCommand.Prune.Kind.SITE))),
            Map.of(),
            true));
  }

  private void rollOut(SettingsDriver hub) {
    tell(
        hub,
        "a rollout, planned and its canary permitted",
        new AdminCommand.CreateRollout(
            new ReleaseRef(APPLICATION, "2.0"),
            new Scope(FLEET, Set.of(), Map.of()),
            new RolloutPlan(
                List.of(
                    new Wave("canary", new Pick.Count(100), Gate.USUAL),
                    new Wave("tenth", new Pick.Percent(10), Gate.USUAL)),
                Budgets.USUAL,
                AbortRule.USUAL,
                RolloutPlan.PERMIT_MILLIS_USUAL,
                null),
            Optional.empty()));
    for (AdminCommand.SteerRollout.Action action :
        List.of(
            AdminCommand.SteerRollout.Action.PAUSE,
            AdminCommand.SteerRollout.Action.RESUME,
            AdminCommand.SteerRollout.Action.ABORT,
            AdminCommand.SteerRollout.Action.RETRY,
            AdminCommand.SteerRollout.Action.ROLLBACK)) {
      tell(
          hub,
          "the rollout, " + action,
          new AdminCommand.SteerRollout(new RolloutId(1), action, "bench", true, Optional.empty()));
    }
  }

  private static AdminObject fleet(String title) {
    return new AdminObject.Fleet(
        FLEET, "", Map.of(), false, Map.of(APPLICATION, Map.of("title", title)));
  }

  private static AdminObject application(String threads) {
    return new AdminObject.Application(
        APPLICATION,
        FLEET,
        Optional.empty(),
        "",
        Map.of(),
        Map.of(),
        List.of(
            new SyncPolicy(
                Selector.ALL,
                List.of(
                    new SyncPolicy.Override(
                        new Selector(Map.of("size", "small"), List.of()),
                        List.of(new Patch(Patch.Op.ADD, "threads", threads)))))));
  }

  private static List<AdminObject> sites(String prefix, int count) {
    List<AdminObject> sites = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      sites.add(
          new AdminObject.Site(
              new Name(prefix + "-" + i),
              SPARE_FLEET,
              "",
              Map.of("size", "new"),
              "Europe/Berlin",
              "",
              "",
              Map.of()));
    }
    return sites;
  }

  private static AdminObject.Site site(Name name, Map<String, String> labels) {
    return new AdminObject.Site(name, FLEET, "", labels, "Europe/Berlin", "", "", Map.of());
  }

  private static DeviceId device(int number) {
    return DeviceId.ofKey(("device " + number).getBytes(StandardCharsets.UTF_8));
  }

  private void fill(SqliteHubStore store) {
    List<HubChange> changes = new ArrayList<>();
    changes.add(
        new HubChange.FleetPut(
            new Kept<>(
                "fleet-1",
                new AdminObject.Fleet(FLEET, "", Map.of(), false, Map.of()),
                1,
                1,
                "user:a")));
    changes.add(
        new HubChange.FleetPut(
            new Kept<>(
                "fleet-2",
                new AdminObject.Fleet(SPARE_FLEET, "", Map.of(), false, Map.of()),
                1,
                1,
                "user:a")));
    ReleaseRecord release = release("1.0");
    changes.add(new HubChange.ReleasePut(release));
    changes.add(new HubChange.ReleasePut(release("2.0")));
    changes.add(new HubChange.ReleasePut(release("3.0")));
    changes.add(
        new HubChange.AssignmentPut(
            new Assignment(
                new Assignment.Place(FLEET, null, null),
                release.ref(),
                release.digest(),
                1,
                "user:a")));
    for (int number = 0; number < deviceCount; number++) {
      Name site = new Name("site-" + number / SLOTS_OF_SITE);
      SlotRef slot = new SlotRef(site, new Name("till-" + number % SLOTS_OF_SITE));
      if (number % SLOTS_OF_SITE == 0) {
        changes.add(
            new HubChange.SitePut(
                new Kept<>(
                    "site-" + number, site(site, Map.of("region", "north")), 1, 1, "user:a")));
      }
      String size = number % OVERRIDDEN_EVERY == 0 ? "small" : "large";
      changes.add(
          new HubChange.SlotPut(
              new Kept<>(
                  "slot-" + number,
                  new AdminObject.Slot(slot, "", Map.of("size", size), Map.of()),
                  1,
                  1,
                  "user:a")));
      Digest key = Digest.ofText("key " + number);
      changes.add(
          new HubChange.DevicePut(
              new DeviceRecord(
                  device(number),
                  key,
                  slot,
                  DeviceRecord.Standing.ACTIVE,
                  null,
                  1,
                  1,
                  "token",
                  Map.of())));
      changes.add(new HubChange.OutboxMarked(device(number), "outbox", 1, -1, -1, 1));
      changes.add(
          new HubChange.CertificatePut(
              new CertificateRecord(
                  Integer.toHexString(number),
                  device(number),
                  key,
                  key,
                  1,
                  SettingsDriver.NOW * 2,
                  CertificateRecord.Generation.CURRENT,
                  "pem")));
    }
    Batch batch = store.begin();
    batch.savepoint();
    batch.apply(changes);
    batch.commit();
  }

  /// A release of [#APPLICATION].
  static ReleaseRecord release(String version) {
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
                    List.of(new Variant.File("model", 5, Digest.ofText("model"), false)),
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
        Set.of(Digest.ofText("model")),
        5,
        1,
        "user:a");
  }

  private void connect(SettingsDriver hub) {
    List<HubEvent> events = new ArrayList<>();
    for (int number = 0; number < deviceCount; number++) {
      SessionId session = new SessionId(number);
      events.add(
          new HubEvent.SessionOpened(
              session, device(number), Integer.toHexString(number), null, "10.0.0.1:1"));
      events.add(new HubEvent.PresenceSaid(session, device(number), birth()));
    }
    hub.tell(events.toArray(new HubEvent[0]));
  }

  private static Presence.Birth birth() {
    return new Presence.Birth(
        "boot",
        1,
        null,
        0,
        null,
        List.of(),
        SettingsDriver.DOCUMENT_KEY,
        "outbox",
        0,
        "0.1.0",
        List.of("v1"),
        SettingsDriver.NOW);
  }
}
