package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportsTest {
  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);
  private final EnrolResponse identity = scene.joined("counter");
  private final DeviceId device = identity.device();
  private SessionId session = scene.connected(identity, scene.birth("boot-1", 1));

  @Test
  void aReportIsAcknowledgedOnceItIsKept() {
    List<HubEffect> effects = said(Scene.result(1), Scene.result(2));

    assertThat(Scene.one(HubEffect.SendAcked.class, effects).acked().through()).isEqualTo(2);
    assertThat(Scene.all(HubEffect.PacketTaken.class, effects)).hasSize(1);
    assertThat(kept()).containsExactly(1L, 2L);
  }

  @Test
  void aRepeatIsAcknowledgedAgainAndKeptOnce() {
    said(Scene.result(1), Scene.result(2));

    List<HubEffect> effects = said(Scene.result(1), Scene.result(2), Scene.result(3));

    assertThat(Scene.one(HubEffect.SendAcked.class, effects).acked().through()).isEqualTo(3);
    assertThat(kept()).containsExactly(1L, 2L, 3L);
    assertThat(Scene.one(HubEffect.SendAcked.class, said(Scene.result(2))).acked().through())
        .isEqualTo(3);
    assertThat(kept()).containsExactly(1L, 2L, 3L);
  }

  @Test
  void repeatsAreKnownAfterARestart() {
    said(Scene.result(1));

    scene.restart();
    SessionId again = scene.connected(identity, scene.birth("boot-1", 2));
    scene.tell(new HubEvent.ReportSaid(again, device, scene.report(Scene.result(1)), 1));

    assertThat(kept()).containsExactly(1L);
  }

  @Test
  void anotherOutboxOfTheSameDeviceCountsAnew() {
    said(Scene.result(1));

    scene.tell(
        new HubEvent.ReportSaid(
            session,
            device,
            new Report("outbox-2", "boot-1", scene.now, 1_000, List.of(Scene.result(1))),
            1));

    assertThat(kept()).containsExactly(1L, 1L);
  }

  /// A broker dropped the one between, though it had taken it from the device.
  @Test
  void aReportAfterOneThatWasLostIsNotTaken() {
    follows();
    said(Scene.result(1), Scene.result(2));

    List<HubEffect> effects = said(Scene.result(4));

    assertThat(Scene.one(HubEffect.SendAcked.class, effects).acked().through()).isEqualTo(2);
    assertThat(Scene.all(HubEffect.PacketTaken.class, effects)).hasSize(1);
    assertThat(kept()).containsExactly(1L, 2L);
    assertThat(
            Scene.one(HubEffect.SendAcked.class, said(Scene.result(3), Scene.result(4)))
                .acked()
                .through())
        .isEqualTo(4);
  }

  @Test
  void rowsThatWereGivenUpAreNoGap() {
    follows();
    said(Scene.result(1));

    List<HubEffect> effects =
        scene.tell(
            new HubEvent.ReportSaid(
                session,
                device,
                new Report("outbox-1", "boot-1", scene.now, 1_000, 1L, List.of(Scene.result(5))),
                1));

    assertThat(Scene.one(HubEffect.SendAcked.class, effects).acked().through()).isEqualTo(5);
    assertThat(kept()).containsExactly(1L, 5L);
  }

  @Test
  void theFirstReportOfAnOutboxThatIsNotKnownMustBeItsFirst() {
    follows();

    assertThat(Scene.one(HubEffect.SendAcked.class, said(Scene.result(4))).acked().through())
        .isZero();
    assertThat(kept()).isEmpty();
  }

  /// An agent of before does not say what its reports follow on.
  @Test
  void anOlderAgentsReportIsTakenWhateverWasBefore() {
    said(Scene.result(1));

    assertThat(Scene.one(HubEffect.SendAcked.class, said(Scene.result(4))).acked().through())
        .isEqualTo(4);
  }

  private void follows() {
    scene.features = List.of(Features.V1, Features.FOLLOWS);
    session = scene.connected(identity, scene.birth("boot-1", 2));
  }

  @Test
  void nothingIsAcknowledgedWhenTheCommitFails() {
    store.failNextCommit();

    List<HubEffect> effects = said(Scene.result(1));

    assertThat(Scene.all(HubEffect.SendAcked.class, effects)).isEmpty();
    assertThat(Scene.all(HubEffect.PacketTaken.class, effects)).isEmpty();
    assertThat(Scene.all(HubEffect.CloseSession.class, effects)).isNotEmpty();
    assertThat(kept()).isEmpty();
  }

  @Test
  void aLineThatWasReplacedIsNotListenedTo() {
    scene.connected(identity, scene.birth("boot-1", 2));

    assertThat(said(Scene.result(1))).isEmpty();
  }

  @Test
  void tooManyRowsEndTheLine() {
    Report.Row[] rows = new Report.Row[501];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Scene.result(i);
    }

    assertThat(Scene.one(HubEffect.CloseSession.class, said(rows)).reason())
        .isInstanceOf(Reason.LimitExceeded.class);
  }

  @Test
  void aDeviceMayReadWhatItRunsAndWhatItKeeps() {
    Digest old = scene.assign("embedding", "1.0");
    scene.assign("embedding", "2.0");
    Digest oldFile = Digest.ofText("embedding1.0 bytes");
    scene.connected(identity, scene.birth("boot-1", 2));
    assertThat(scene.directory().mayRead(device, oldFile)).isFalse();

    SessionId now = scene.connected(identity, scene.birth("boot-1", 3));
    scene.tell(new HubEvent.ReportSaid(now, device, scene.report(state(1, old)), 1));

    assertThat(scene.directory().mayRead(device, oldFile)).isTrue();
    scene.restart();
    assertThat(scene.directory().mayRead(device, oldFile)).isTrue();
  }

  private static Report.Row state(long sequence, Digest live) {
    return new Report.Row(
        sequence,
        "boot-1",
        0,
        sequence,
        new ReportBody.State(
            null,
            0,
            List.of(
                new ApplicationStatus(
                    new Name("embedding"),
                    ApplicationStatus.Phase.LIVE,
                    live,
                    "1.0",
                    live,
                    "1.0",
                    null,
                    0,
                    0,
                    0,
                    0,
                    List.of())),
            List.of(),
            Map.of()));
  }

  private List<HubEffect> said(Report.Row... rows) {
    return scene.tell(new HubEvent.ReportSaid(session, device, scene.report(rows), 7));
  }

  private List<Long> kept() {
    return store.committed().stream()
        .filter(HubChange.RowsTaken.class::isInstance)
        .map(HubChange.RowsTaken.class::cast)
        .flatMap(taken -> taken.rows().stream())
        .map(ReportRow::sequence)
        .toList();
  }
}
