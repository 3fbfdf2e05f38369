package dev.tombolo.agent.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.agent.core.AgentStore.StoreException;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.outbox.OutboxChange;
import dev.tombolo.agent.outbox.OutboxEntry;
import dev.tombolo.agent.outbox.OutboxEntry.Kind;
import dev.tombolo.agent.outbox.WaitingRows;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.FailedTry;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.agent.window.TimeHeard;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.ReleaseCheck;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every store of the agent does, on the disk or in memory.
public abstract class AgentStoreContract {
  protected static final Enrolment ENROLMENT =
      new Enrolment(
          DeviceId.ofKey(new byte[] {9}),
          new Name("north"),
          new Name("store-1"),
          new Name("counter-1"),
          Digest.ofText("root"),
          Digest.ofText("publisher"),
          "document certificate",
          new History(3, "third"),
          List.of("wss://hub:8443/mqtt", "mqtts://hub:8443"),
          "https://hub:8443",
          "incarnation");

  private static final Name APP = new Name("people");
  static final Assignment FIRST = new Assignment(Digest.ofText("1"), "1.0", Map.of("threads", "2"));
  static final Assignment SECOND = new Assignment(Digest.ofText("2"), "2.0", Map.of());

  protected abstract AgentStore store();

  /// Closes it and opens it again, where it has a life beyond the process.
  protected abstract AgentStore reopened();

  private void commit(AgentChange... changes) throws StoreException {
    store().commit(List.of(changes));
  }

  protected static HeldDocument document(long revision, Section... sections) {
    return document(ENROLMENT.history(), revision, sections);
  }

  protected static HeldDocument document(History history, long revision, Section... sections) {
    List<DesiredManifest.SectionRef> refs = new ArrayList<>();
    for (Section section : sections) {
      refs.add(new DesiredManifest.SectionRef(section.name(), section.digest()));
    }
    DesiredManifest manifest =
        new DesiredManifest(ENROLMENT.device(), history, revision, 5, List.of(), refs);
    String payload = Json.write(manifest);
    Envelope envelope =
        new Envelope(
            DesiredManifest.PAYLOAD_TYPE,
            Base64.getEncoder().encodeToString(payload.getBytes(StandardCharsets.UTF_8)),
            List.of());
    return new HeldDocument(envelope, manifest, Digest.ofText(payload));
  }

  protected static AgentChange row(long sequence, Kind kind, @Nullable Name channel) {
    ReportBody body =
        channel == null
            ? new ReportBody.Happened("booted", null, null, null)
            : new ReportBody.Result(channel, "{\"n\":" + sequence + "}");
    return new AgentChange.OutboxChanged(
        new OutboxChange.Appended(
            new OutboxEntry(sequence, kind, channel, 7),
            new Report.Row(sequence, "run", 1000 + sequence, 10, body)));
  }

  private static List<Long> sequences(AgentStore store) {
    return store.after(0, 1000, 1_000_000).stream().map(Report.Row::sequence).toList();
  }

  @Test
  void aDeviceThatHasJustJoinedKnowsItsEnrolmentAndNothingElse() throws StoreException {
    assertThat(store().load()).isEqualTo(AgentSnapshot.joined(ENROLMENT));
  }

  @Test
  void everyStateOfAReleaseComesBackAsItWas() throws StoreException {
    Reason cause = new Reason.ProbeFailed("golden", "wrong answer");
    List<ReleaseState> states =
        List.of(
            new ReleaseState.Absent(),
            new ReleaseState.Fetching(SECOND, Optional.of(FIRST)),
            new ReleaseState.Fetching(
                SECOND,
                Optional.of(FIRST),
                new Route.Asking(false, Optional.of(new Reason.BundleMissing("none")))),
            new ReleaseState.Fetching(
                SECOND,
                Optional.of(FIRST),
                new Route.ByBundle(
                    Digest.ofText("bundle"),
                    4_000_000_000L,
                    Optional.of(FIRST.release()),
                    Optional.empty())),
            new ReleaseState.Fetching(
                SECOND, Optional.empty(), new Route.ByFiles(Optional.empty())),
            new ReleaseState.Staging(SECOND, Optional.empty()),
            new ReleaseState.Staged(SECOND, Optional.of(FIRST)),
            new ReleaseState.Switching(SECOND, Optional.of(FIRST)),
            new ReleaseState.Probing(SECOND, Optional.of(FIRST), 2),
            new ReleaseState.Live(FIRST, Optional.of(SECOND)),
            new ReleaseState.Fetching(
                new Assignment(FIRST.release(), "1.0", Map.of(), 3), Optional.of(FIRST)),
            new ReleaseState.SwitchingBack(SECOND, FIRST, cause),
            new ReleaseState.Restoring(SECOND, FIRST, cause),
            new ReleaseState.RolledBack(SECOND, Optional.empty(), cause),
            new ReleaseState.Removing(FIRST));
    for (ReleaseState state : states) {
      AgentSnapshot.Application application = new AgentSnapshot.Application(APP, state, 77);
      commit(new AgentChange.ApplicationKept(application));
      assertThat(reopened().load().applications()).containsExactly(application);
    }
    commit(new AgentChange.ApplicationRemoved(APP));
    assertThat(store().load().applications()).isEmpty();
  }

  @Test
  void whatItsReleasesNeedComesBack() throws StoreException {
    var application =
        new AgentSnapshot.Application(
            APP,
            new ReleaseState.Fetching(SECOND, Optional.of(FIRST)),
            77,
            Optional.empty(),
            Optional.empty(),
            Map.of(
                FIRST.release(),
                List.of(new Need(new Name("model"), "1.4.0")),
                SECOND.release(),
                mostNeeds()));

    commit(new AgentChange.ApplicationKept(application));

    assertThat(reopened().load().applications()).containsExactly(application);
  }

  private static List<Need> mostNeeds() {
    List<Need> needs = new ArrayList<>();
    for (int i = 0; i < ReleaseCheck.NEEDS_MAX; i++) {
      needs.add(new Need(new Name("model-" + i), "1." + i));
    }
    return needs;
  }

  /// As much as fleet, site, slot and application may set together.
  @Test
  void whatFailedComesBackWithTheMostParameters() throws StoreException {
    Map<String, String> most = new TreeMap<>();
    for (int i = 0; i < 49; i++) {
      most.put("parameter-" + i, "x".repeat(1_000));
    }
    var bad = new Assignment(SECOND.release(), SECOND.version(), most);
    var good = new Assignment(FIRST.release(), FIRST.version(), most);
    Reason cause = new Reason.ProbeFailed("golden-set", "wrong");
    var application =
        new AgentSnapshot.Application(
            APP,
            new ReleaseState.RolledBack(bad, Optional.of(good), cause),
            77,
            Optional.empty(),
            Optional.of(new FailedTry(bad.release(), bad.version(), 99, cause)),
            Map.of(good.release(), mostNeeds()));

    commit(new AgentChange.ApplicationKept(application));

    assertThat(store().load().applications()).containsExactly(application);
  }

  /// Each fits a section, which is all that the agent asks of a document; together they do not.
  @Test
  void twoAssignmentsThatFillADocumentEachComeBack() throws StoreException {
    Map<String, String> most = new TreeMap<>();
    for (int i = 0; i < 30; i++) {
      most.put("parameter-" + i, "\b".repeat(20) + "x".repeat(4_000));
    }
    var wanted = new Assignment(SECOND.release(), SECOND.version(), most);
    var live = new Assignment(FIRST.release(), FIRST.version(), most);
    var application =
        new AgentSnapshot.Application(
            APP, new ReleaseState.Fetching(wanted, Optional.of(live)), 77);
    var workload = new AgentSnapshot.Workload(APP, live, new ProcessIdentity("boot", 42, 4242), 3);

    commit(new AgentChange.ApplicationKept(application), new AgentChange.WorkloadKept(workload));

    AgentSnapshot read = reopened().load();
    assertThat(read.applications()).containsExactly(application);
    assertThat(read.workloads()).containsExactly(workload);
  }

  @Test
  void thePermitOfTheLastSwitchWhatFailedLastAndTheTimeThatWasHeardComeBack()
      throws StoreException {
    Permit permit = new Permit(new Name("counting-2"), 3, 1_000, 2_000);
    FailedTry failed =
        new FailedTry(
            SECOND.release(), SECOND.version(), 99, new Reason.ProbeFailed("golden-set", "wrong"));
    AgentSnapshot.Application application =
        new AgentSnapshot.Application(
            APP,
            new ReleaseState.Switching(SECOND, Optional.of(FIRST)),
            77,
            Optional.of(permit),
            Optional.of(failed),
            Map.of());
    TimeHeard heard = new TimeHeard("boot-1", 5_000, 1_790_000_000_000L, 4_711);
    assertThat(store().load().heard()).isEmpty();
    commit(
        new AgentChange.ApplicationKept(application),
        new AgentChange.TimeHeardKept(new TimeHeard("boot-0", 1, 2, 3)),
        new AgentChange.TimeHeardKept(heard));

    AgentSnapshot snapshot = reopened().load();
    assertThat(snapshot.applications()).containsExactly(application);
    assertThat(snapshot.heard()).contains(heard);
  }

  @Test
  void floorsAndCountsNeverFall() throws StoreException {
    commit(
        new AgentChange.ConnectCounted(7),
        new AgentChange.TimeFloorRaised(1_000),
        new AgentChange.SecurityFloorRaised(APP, 4));
    commit(
        new AgentChange.ConnectCounted(2),
        new AgentChange.TimeFloorRaised(10),
        new AgentChange.SecurityFloorRaised(APP, 1));

    AgentSnapshot snapshot = reopened().load();
    assertThat(snapshot.connects()).isEqualTo(7);
    assertThat(snapshot.timeFloorMillis()).isEqualTo(1_000);
    assertThat(snapshot.securityFloors()).containsEntry(APP, 4L);
  }

  @Test
  void sectionsOfADocumentInTheMakingAreKeptBesideThoseInForce() throws StoreException {
    Section old = new Section("place", "old");
    Section both = new Section("trust", "both");
    Section young = new Section("place", "young");
    HeldDocument held = document(1, old, both);
    HeldDocument pending = document(2, young, both);
    commit(
        new AgentChange.SectionKept(old),
        new AgentChange.SectionKept(both),
        new AgentChange.DocumentHeld(held));
    reopened();
    commit(new AgentChange.DocumentPending(pending), new AgentChange.SectionKept(young));

    AgentSnapshot between = reopened().load();
    assertThat(between.held()).contains(held);
    assertThat(between.pending()).contains(pending);
    assertThat(between.sections()).containsExactlyInAnyOrder(old, both, young);

    commit(new AgentChange.DocumentHeld(pending));
    AgentSnapshot after = reopened().load();
    assertThat(after.held()).contains(pending);
    assertThat(after.pending()).isEmpty();
    assertThat(after.sections()).containsExactlyInAnyOrder(both, young);
  }

  @Test
  void trustAndReleasesComeBack() throws StoreException {
    Envelope root = new Envelope("root", "cm9vdA==", List.of());
    Envelope release =
        new Envelope("release", "cmVs", List.of(new Envelope.Signature("sha256:1", "c2ln")));
    commit(
        new AgentChange.PublisherRootsKept(List.of(root)),
        new AgentChange.ReleaseKept(FIRST.release(), release),
        new AgentChange.ReleaseKept(SECOND.release(), release),
        new AgentChange.DocumentKeyTrusted("another certificate"));
    commit(new AgentChange.ReleasesSwept(Set.of(SECOND.release())));

    AgentSnapshot snapshot = reopened().load();
    assertThat(snapshot.publisherRoots()).containsExactly(root);
    assertThat(snapshot.releases()).containsOnlyKeys(SECOND.release());
    assertThat(snapshot.releases()).containsValue(release);
    assertThat(snapshot.documentCertificate()).isEqualTo("another certificate");
  }

  @Test
  void aProcessIsKnownAfterARestart() throws StoreException {
    AgentSnapshot.Workload workload =
        new AgentSnapshot.Workload(APP, FIRST, new ProcessIdentity("boot", 42, 4242), 3);
    commit(new AgentChange.WorkloadKept(workload));
    assertThat(reopened().load().workloads()).containsExactly(workload);

    commit(new AgentChange.WorkloadGone(APP));
    assertThat(reopened().load().workloads()).isEmpty();
  }

  @Test
  void acknowledgedRowsStayUntilTheyAreForgottenAndMayWaitAgain() throws StoreException {
    commit(row(1, Kind.STATE, null), row(2, Kind.EVENT, null), row(3, Kind.EVENT, null));
    commit(new AgentChange.OutboxChanged(new OutboxChange.Acknowledged(2)));

    AgentSnapshot acknowledged = reopened().load();
    assertThat(acknowledged.ackedThrough()).isEqualTo(2);
    assertThat(sequences(store())).containsExactly(2L, 3L);

    commit(new AgentChange.OutboxChanged(new OutboxChange.LostByHub(1)));
    AgentSnapshot lost = reopened().load();
    assertThat(lost.ackedThrough()).isEqualTo(1);
    assertThat(sequences(store())).containsExactly(2L, 3L);

    commit(new AgentChange.OutboxChanged(new OutboxChange.Forgotten(2)));
    AgentSnapshot forgotten = reopened().load();
    assertThat(forgotten.ackedThrough()).isEqualTo(2);
    assertThat(sequences(store())).containsExactly(3L);
  }

  @Test
  void rowsWaitInOrderUntilTheyAreForgotten() throws StoreException {
    commit(row(1, Kind.EVENT, null), row(2, Kind.RESULT, APP), row(3, Kind.EVENT, null));

    assertThat(store().after(1, 10, 1000)).extracting(Report.Row::sequence).containsExactly(2L, 3L);
    assertThat(store().after(0, 2, 1000)).extracting(Report.Row::sequence).containsExactly(1L, 2L);

    commit(new AgentChange.OutboxChanged(new OutboxChange.Forgotten(2)));
    assertThat(sequences(reopened())).containsExactly(3L);
    AgentSnapshot snapshot = store().load();
    assertThat(snapshot.outbox())
        .isEqualTo(WaitingRows.of(2, List.of(new OutboxEntry(3, Kind.EVENT, null, 7))));
    assertThat(snapshot.ackedThrough()).isEqualTo(2);
    assertThat(snapshot.nextSequence()).isEqualTo(4);
  }

  @Test
  void sequencesAreNotUsedTwiceEvenWhenTheHighestRowIsGone() throws StoreException {
    commit(row(1, Kind.STATE, null), row(2, Kind.STATE, null));
    commit(new AgentChange.OutboxChanged(new OutboxChange.Removed(2)));

    assertThat(reopened().load().nextSequence()).isEqualTo(3);
  }

  @Test
  void resultsThatAreKeptForABackupDoNotGiveWay() throws StoreException {
    commit(row(1, Kind.RESULT, APP), row(2, Kind.RESULT, APP), row(3, Kind.RESULT, APP));
    commit(new AgentChange.OutboxChanged(new OutboxChange.Acknowledged(1)));

    commit(new AgentChange.OutboxChanged(new OutboxChange.ResultsRemoved(APP, 2, 2)));

    assertThat(sequences(reopened())).containsExactly(1L, 3L);
  }

  @Test
  void onlyResultsOfTheChannelGiveWay() throws StoreException {
    Name other = new Name("queue");
    commit(
        row(1, Kind.RESULT, APP),
        row(2, Kind.RESULT, other),
        row(3, Kind.EVENT, null),
        row(4, Kind.RESULT, APP),
        row(5, Kind.RESULT, APP));

    commit(new AgentChange.OutboxChanged(new OutboxChange.ResultsRemoved(APP, 1, 4)));

    assertThat(sequences(reopened())).containsExactly(2L, 3L, 5L);
    assertThat(store().load().outbox())
        .isEqualTo(
            WaitingRows.of(
                0,
                List.of(
                    new OutboxEntry(2, Kind.RESULT, other, 7),
                    new OutboxEntry(3, Kind.EVENT, null, 7),
                    new OutboxEntry(5, Kind.RESULT, APP, 7))));
  }
}
