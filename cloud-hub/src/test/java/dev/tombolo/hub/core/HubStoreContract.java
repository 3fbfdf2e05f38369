package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.audit.AuditChain;
import dev.tombolo.hub.audit.AuditLine;
import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.hub.core.HubStore.Batch;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.hub.device.Restoration;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What every store of the hub's state must do, the real one and the simulated one.
public abstract class HubStoreContract {

  /// So long that rows go only when time passes.
  private static final RowQuota A_MONTH = new RowQuota(Duration.ofDays(30), 1L << 40, 1L << 40);

  /// An empty store.
  protected abstract HubStore store();

  /// The same store after the process died.
  protected abstract HubStore reopened();

  @Test
  void whatWasCommittedIsThereAfterACrash() {
    HubStore store = store();
    Batch batch = store.begin();
    batch.savepoint();
    batch.apply(List.of(counted(7)));
    batch.commit();

    assertThat(reopened().load().counter(Counter.OBJECT)).isEqualTo(7);
  }

  @Test
  void whatWasNotCommittedIsGoneAfterACrash() {
    HubStore store = store();
    Batch batch = store.begin();
    batch.savepoint();
    batch.apply(List.of(counted(7)));

    assertThat(reopened().load().counter(Counter.OBJECT)).isZero();
  }

  @Test
  void whatWasRolledBackIsGone() {
    HubStore store = store();
    Batch batch = store.begin();
    batch.savepoint();
    batch.apply(List.of(counted(7)));
    batch.rollback();

    assertThat(store.load().counter(Counter.OBJECT)).isZero();
    Batch next = store.begin();
    next.savepoint();
    next.apply(List.of(counted(8)));
    next.commit();
    assertThat(store.load().counter(Counter.OBJECT)).isEqualTo(8);
  }

  @Test
  void aSavepointTakesBackOnlyWhatCameAfterIt() {
    HubStore store = store();
    Batch batch = store.begin();
    batch.savepoint();
    batch.apply(List.of(counted(1), audited()));
    batch.savepoint();
    batch.apply(List.of(counted(2)));
    batch.rollbackToSavepoint();
    batch.savepoint();
    batch.apply(List.of(new HubChange.CounterMoved(Counter.CERTIFICATE, 3)));
    batch.commit();

    HubState state = reopened().load();
    assertThat(state.counter(Counter.OBJECT)).isEqualTo(1);
    assertThat(state.counter(Counter.CERTIFICATE)).isEqualTo(3);
    assertThat(state.lastAudit).isNotNull();
  }

  @Test
  void historyStaysTheSame() {
    var history = store().load().history();

    assertThat(reopened().load().history()).isEqualTo(history);
    assertThat(history.epoch()).isEqualTo(1);
  }

  @Test
  void whatARestoreWritesIsReadBack() {
    Stranger stranger =
        new Stranger(
            new PresentedCertificate(
                Scene.deviceOf("stranger"), "ab", Digest.ofText("key"), 1_000, 2_000),
            false,
            "10.0.0.1:1",
            77);
    commit(
        new HubChange.HistoryRestored(new History(5, "fifth"), new Restoration(10, 20)),
        new HubChange.StrangerPut(stranger));

    HubState restored = reopened().load();
    assertThat(restored.history).isEqualTo(new History(5, "fifth"));
    assertThat(restored.restoration).isEqualTo(new Restoration(10, 20));
    assertThat(restored.strangers).containsOnly(Map.entry(stranger.device(), stranger));

    commit(
        new HubChange.HistoryMoved(new History(6, "sixth")),
        new HubChange.StrangerGone(stranger.device()));
    HubState moved = reopened().load();
    assertThat(moved.history).isEqualTo(new History(6, "sixth"));
    assertThat(moved.restoration).isEqualTo(new Restoration(10, 20));
    assertThat(moved.strangers).isEmpty();
  }

  @Test
  void syncPoliciesAndWhoGaveAValueAreReadBack() {
    AdminObject.Application application =
        new AdminObject.Application(
            new Name("people"),
            Scene.FLEET,
            Optional.empty(),
            "",
            Map.of(),
            Map.of("threads", "2"),
            List.of(
                new SyncPolicy(
                    new Selector(
                        Map.of("size", "small"),
                        List.of(
                            new Selector.Expression(
                                "region", Selector.Operator.NOT_IN, List.of("a", "b")))),
                    List.of(
                        new SyncPolicy.Override(
                            Selector.ALL,
                            List.of(
                                new Patch(Patch.Op.ADD, "title", "${site.name}"),
                                new Patch(Patch.Op.COPY, "port", null, "title"),
                                new Patch(Patch.Op.REMOVE, "threads", null)))))));
    Kept<AdminObject.Application> kept =
        new Kept<>(
            "application-1",
            application,
            3,
            5,
            "user:bob",
            Map.of("people/threads", new Given("user:alice", 4, "a.yaml:7")));
    commit(new HubChange.ApplicationPut(kept));

    assertThat(Scene.found(reopened().load().applications.get(Scene.FLEET)).values())
        .containsExactly(kept);
  }

  @Test
  void whereAnApplicationComesFromAndWhatWasTakenIsReadBack() {
    Name people = new Name("people");
    AdminObject.Application application =
        new AdminObject.Application(
            people,
            Scene.FLEET,
            Optional.empty(),
            "",
            Map.of(),
            Map.of(),
            List.of(),
            Optional.of(new GitSource("https://git.example.com/a.git", "main", "deploy", 60_000)));
    Kept<AdminObject.Application> kept = new Kept<>("application-1", application, 1, 1, "a");
    GitState state =
        GitState.NONE
            .with(new GitState.Taken("0".repeat(40), "first", 5, "user:bob", "1.0"))
            .with(new GitState.Taken("1".repeat(40), "second", 6, "", "1.1"))
            .with(new GitState.Fetched("2".repeat(40), "third", 7))
            .with(new GitState.Fault("2".repeat(40), "no such key", "app.yaml", 3, 8));
    commit(new HubChange.ApplicationPut(kept), new HubChange.GitPut(Scene.FLEET, people, state));

    HubState read = reopened().load();
    assertThat(read.git(Scene.FLEET, people)).isEqualTo(state);
    assertThat(Scene.found(read.applications.get(Scene.FLEET)).values()).containsExactly(kept);

    commit(new HubChange.GitGone(Scene.FLEET, people));
    assertThat(reopened().load().git(Scene.FLEET, people)).isEqualTo(GitState.NONE);
  }

  @Test
  void anObjectThatIsGoneIsNotReadBack() {
    AdminObject.Site site =
        new AdminObject.Site(Scene.SITE, Scene.FLEET, "", Map.of(), "UTC", "", "", Map.of());
    AdminObject.Slot slot = new AdminObject.Slot(Scene.SLOT, "", Map.of(), Map.of());
    AdminObject.Fleet fleet = Scene.fleet(false);
    AdminObject.Application application =
        new AdminObject.Application(
            new Name("people"), Scene.FLEET, Optional.empty(), "", Map.of(), Map.of());
    commit(
        new HubChange.FleetPut(new Kept<>("fleet-1", fleet, 1, 1, "a")),
        new HubChange.SitePut(new Kept<>("site-1", site, 1, 1, "a")),
        new HubChange.SlotPut(new Kept<>("slot-1", slot, 1, 1, "a")),
        new HubChange.ApplicationPut(new Kept<>("application-1", application, 1, 1, "a")));

    commit(
        new HubChange.ObjectGone(slot),
        new HubChange.ObjectGone(site),
        new HubChange.ObjectGone(application),
        new HubChange.ObjectGone(fleet));

    HubState state = reopened().load();
    assertThat(state.fleets).isEmpty();
    assertThat(state.sites).isEmpty();
    assertThat(state.slots).isEmpty();
    assertThat(state.applications.getOrDefault(Scene.FLEET, new TreeMap<>())).isEmpty();
  }

  private void commit(HubChange... changes) {
    Batch batch = store().begin();
    batch.savepoint();
    batch.apply(List.of(changes));
    batch.commit();
  }

  @Test
  void aWholeLifeIsReadBackAsItWas() {
    HubStore store = store();
    Scene scene = Scene.ready(store);
    live(scene);
    HubState before = store.load();

    HubState after = reopened().load();

    assertThat(after.counters).isEqualTo(before.counters);
    assertThat(after.fleets).isEqualTo(before.fleets).isNotEmpty();
    assertThat(after.sites).isEqualTo(before.sites).isNotEmpty();
    assertThat(after.slots).isEqualTo(before.slots).isNotEmpty();
    assertThat(after.applications).isEqualTo(before.applications).isNotEmpty();
    assertThat(after.assignments).isEqualTo(before.assignments).isNotEmpty();
    assertThat(after.publisherRoots).isEqualTo(before.publisherRoots).hasSize(1);
    assertThat(after.releases).isEqualTo(before.releases).hasSize(2);
    assertThat(after.releasesByRef).isEqualTo(before.releasesByRef);
    assertThat(after.tokens).isEqualTo(before.tokens).isNotEmpty();
    assertThat(after.tokenUses).isEqualTo(before.tokenUses).isNotEmpty();
    assertThat(after.users).isEqualTo(before.users).hasSize(2);
    assertThat(after.devices).isEqualTo(before.devices).hasSize(2);
    assertThat(after.holders).isEqualTo(before.holders).hasSize(1);
    assertThat(after.expelled).isEqualTo(before.expelled).hasSize(1);
    assertThat(after.currentCertificates).isEqualTo(before.currentCertificates).hasSize(2);
    assertThat(after.pendingCertificates).isEqualTo(before.pendingCertificates).hasSize(1);
    assertThat(after.documents).isEqualTo(before.documents).hasSize(1);
    assertThat(after.heldManifests).isEqualTo(before.heldManifests).hasSize(1);
    assertThat(after.outboxMarks).isEqualTo(before.outboxMarks).hasSize(1);
    assertThat(after.outboxMarks).isEqualTo(scene.state().outboxMarks);
    assertThat(after.backup).isEqualTo(scene.state().backup).isNotNull();
    assertThat(after.reportedReleases).isEqualTo(before.reportedReleases).hasSize(1);
    assertThat(after.lastAudit).isEqualTo(before.lastAudit).isNotNull();
    assertThat(after.presences.keySet()).isEqualTo(before.presences.keySet());
    before.presences.forEach(
        (device, presence) ->
            assertThat(after.presences)
                .hasEntrySatisfying(device, it -> assertThat(it.lan()).isEqualTo(presence.lan())));
    assertThat(after.sessions).isEmpty();
  }

  @Test
  protected void whatWasForgottenStaysForgotten() {
    HubStore store = store();
    Scene scene = Scene.ready(new Scene(store, A_MONTH, A_MONTH));
    EnrolResponse lost = scene.joined("lost");
    SessionId line = scene.connected(lost, scene.birth("boot-1", 1));
    for (int i = 1; i <= 500; i += 5) {
      Report.Row[] rows = {
        Scene.result(i),
        Scene.result(i + 1),
        Scene.result(i + 2),
        Scene.happened(i + 3),
        Scene.happened(i + 4)
      };
      scene.tell(new HubEvent.ReportSaid(line, lost.device(), scene.report(rows), 1));
    }
    scene.command(new AdminCommand.RevokeDevice(lost.device(), "stolen", Optional.empty()));
    scene.pass(Pruning.REVOKED_KEEP.plus(Pruning.TOKEN_KEEP));

    HubState after = reopened().load();

    assertThat(after.keptRows(RowLog.RESULTS)).isEqualTo(new KeptRows(0, 0, 300));
    assertThat(after.keptRows(RowLog.EVENTS)).isEqualTo(new KeptRows(0, 0, 200));
    assertThat(after.tokens).isEmpty();
    assertThat(after.tokenUses).isEmpty();
    assertThat(after.isAnythingKept(lost.device())).isFalse();
    assertThat(after.expelled).containsExactly(lost.device());
    assertThat(after.devices).containsKey(lost.device());
    assertThat(after.keptRows(RowLog.RESULTS)).isEqualTo(store.load().keptRows(RowLog.RESULTS));
  }

  @Test
  void blocksAreReadBackAsTheyWere() {
    HubStore store = store();
    Scene scene = Scene.ready(store);
    EnrolResponse device = scene.joined("counter");
    SessionId line = scene.connected(device, scene.birth("boot-1", 1));
    for (int i = 1; i <= RowBlock.ROWS_MAX + 5; i++) {
      scene.tell(new HubEvent.ReportSaid(line, device.device(), scene.report(Scene.result(i)), 1));
    }

    HubState after = reopened().load();

    RowBlock newest = Scene.found(after.blocks(RowLog.RESULTS).newest());
    assertThat(newest.first()).isEqualTo(RowBlock.ROWS_MAX + 1);
    assertThat(newest.last()).isEqualTo(RowBlock.ROWS_MAX + 5);
    assertThat(after.keptRows(RowLog.RESULTS)).isEqualTo(store.load().keptRows(RowLog.RESULTS));
  }

  @Test
  void theMarkOfAnOutboxThatWasForgottenIsGone() {
    HubStore store = store();
    Scene scene = Scene.ready(store);
    EnrolResponse device = scene.joined("counter");
    SessionId line = scene.connected(device, scene.birth("boot-1", 1));
    for (int i = 0; i <= HubState.INCARNATIONS_MAX; i++) {
      Report report = new Report("disk-" + i, "boot-1", scene.now, 1, List.of(Scene.result(3)));
      scene.now++;
      scene.tell(new HubEvent.ReportSaid(line, device.device(), report, 1));
    }

    HubState after = reopened().load();

    assertThat(after.outboxMarks).isEqualTo(store.load().outboxMarks);
    assertThat(after.markOf(device.device(), "disk-0")).isEqualTo(-1);
    assertThat(after.markOf(device.device(), "disk-1")).isEqualTo(3);
    assertThat(Scene.found(after.newestMark(device.device())).incarnation()).isEqualTo("disk-8");
  }

  /// A bit of everything the hub keeps.
  private static void live(Scene scene) {
    Name app = new Name("embedding");
    scene.assign("embedding", "1.0");
    Digest release = scene.assign("embedding", "2.0");
    scene.apply(
        new AdminObject.Fleet(
            Scene.FLEET,
            "Läden „Nord“",
            Map.of("tier", "1"),
            true,
            Map.of(app, Map.of("quote", "\"\\ü")),
            new SiteTimes(
                List.of(),
                List.of(Weekly.parse("02:00-03:00")),
                List.of(),
                List.of(SiteTimes.dates("2026-12-24"))),
            Optional.of(new LineRules(List.of()))),
        new AdminObject.Slot(
            new SlotRef(Scene.SITE, new Name("till")), "Till", Map.of("a", "b"), Map.of()));
    scene.command(
        new AdminCommand.Apply(
            List.of(
                new AdminObject.Site(
                    Scene.SITE,
                    Scene.FLEET,
                    "Harbour",
                    Map.of("a", "b"),
                    "Europe/Berlin",
                    "north",
                    "555",
                    Map.of(app, Map.of("p", "1")),
                    new SiteTimes(
                        List.of(Weekly.parse("22:00-06:00")),
                        List.of(Weekly.parse("Mon-Sat 01:00-05:00")),
                        List.of(Weekly.parse("08:00-20:00")),
                        List.of(SiteTimes.dates("2026-12-18..2027-01-06"))),
                    Optional.of(
                        new LineRules(
                            List.of(
                                LineRules.Limit.parse("Mon-Fri 08:00-20:00 2Mbit/s"),
                                LineRules.Limit.parse("00:00-24:00 1.5Gbit/s"))))),
                new AdminObject.Application(
                    app, Scene.FLEET, Optional.empty(), "", Map.of(), Map.of("q", "2"))),
            Optional.of(Scene.FLEET.text()),
            false));
    scene.command(
        new AdminCommand.LiftWindows(
            Scene.SLOT, Duration.ofHours(1), "why", Optional.of(Scene.FLEET.text())));
    TransferPause.Place site = TransferPause.Place.of(Scene.SITE);
    Optional<String> typed = Optional.of(Scene.FLEET.text());
    scene.command(new AdminCommand.PauseTransfers(site, "why „so“", typed));
    scene.command(
        new AdminCommand.PauseTransfers(TransferPause.Place.of(Scene.SLOT), "why", typed));
    scene.command(new AdminCommand.ResumeTransfers(site, "", typed));
    scene.command(new AdminCommand.PauseTransfers(site, "again", typed));
    scene.apply(Scene.fleet(Map.of()));
    scene.command(
        new AdminCommand.Apply(
            List.of(Scene.fleet(Map.of())), Optional.of(Scene.FLEET.text()), false));
    scene.command(new AdminCommand.CreateUser(new Name("alice"), Digest.ofText("a")));
    scene.command(new AdminCommand.CreateUser(new Name("bob"), Digest.ofText("b")));
    scene.command(new AdminCommand.RevokeUser(new Name("bob")));
    EnrolResponse lost = scene.joined("lost");
    scene.command(new AdminCommand.RevokeDevice(lost.device(), "stolen", Optional.empty()));
    EnrolResponse device = scene.joined("counter");
    SessionId line = scene.connected(device, scene.birth("boot-1", 1));
    scene.tell(
        new HubEvent.RenewAsked(
            scene.number(), device.device(), Scene.serialOf(device), null, Scene.key("next"), "r"));
    scene.tell(new HubEvent.ReportSaid(line, device.device(), scene.report(rows(app, release)), 1));
    scene.command(new AdminCommand.BeginBackup("backup-1"));
    scene.tell(
        new HubEvent.ReportSaid(line, device.device(), scene.report(Scene.result(1_000)), 2));
    scene.command(new AdminCommand.FinishBackup("backup-1", Digest.ofText("archive"), 7));
  }

  private static Report.Row[] rows(Name app, Digest release) {
    List<ReportBody> bodies =
        List.of(
            new ReportBody.Result(new Name("people"), "{\"count\":3}"),
            new ReportBody.Happened(
                "rolled-back", app, release, new Reason.ProbeFailed("golden", "0.2")),
            new ReportBody.Happened("booted", null, null, null),
            new ReportBody.Dropped(new Name("people"), 5, 1, 9),
            new ReportBody.State(
                release,
                1,
                List.of(
                    new ApplicationStatus(
                        app,
                        ApplicationStatus.Phase.LIVE,
                        release,
                        "2.0",
                        release,
                        "2.0",
                        null,
                        1,
                        2,
                        3,
                        4,
                        List.of())),
                List.of(),
                Map.of("host", "counter")));
    Report.Row[] rows = new Report.Row[bodies.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new Report.Row(i + 1, "boot-1", 5, i, bodies.get(i));
    }
    return rows;
  }

  private static HubChange counted(long value) {
    return new HubChange.CounterMoved(Counter.OBJECT, value);
  }

  private static HubChange audited() {
    return new HubChange.AuditAppended(
        AuditChain.next(null, new AuditLine("hub", "test", "x", "", ""), 1));
  }
}
