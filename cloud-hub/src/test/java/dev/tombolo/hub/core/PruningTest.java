package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PruningTest {
  private static final long BLOCK = RowBlock.ROWS_MAX;

  private final MemoryHubStore store = new MemoryHubStore();

  @Test
  void theOldestRowsGoWhenThereAreTooMany() {
    Scene scene = scene(new RowQuota(Duration.ofDays(90), 1L << 40, 2 * BLOCK));
    said(scene, 1, 3 * BLOCK);

    scene.tell(new HubEvent.Ticked());

    assertThat(results()).isEqualTo(new KeptRows(2 * BLOCK, results().bytes(), BLOCK));
  }

  @Test
  void theOldestRowsGoWhenTheyTakeTooMuch() {
    long bytes = 2 * BLOCK * (RowBlock.ROW_BYTES + 11);
    Scene scene = scene(new RowQuota(Duration.ofDays(90), bytes, 1L << 40));
    said(scene, 1, 3 * BLOCK);

    scene.tell(new HubEvent.Ticked());

    assertThat(results().bytes()).isLessThanOrEqualTo(bytes);
    assertThat(results().gone()).isPositive();
    assertThat(results().gone() + results().rows()).isEqualTo(3 * BLOCK);
  }

  @Test
  void rowsGoWhenTheyAreOldAndNumbersGoOn() {
    Scene scene = scene(new RowQuota(Duration.ofDays(90), 1L << 40, 1L << 40));
    said(scene, 1, 3);
    scene.pass(Duration.ofDays(90));
    assertThat(results().gone()).isZero();

    scene.pass(Duration.ofDays(1));
    assertThat(results()).isEqualTo(new KeptRows(0, 0, 3));

    scene.restart();
    said(scene, 4, 5);
    assertThat(Scene.found(store.load().blocks(RowLog.RESULTS).newest()).last()).isEqualTo(5);
    assertThat(results().rows()).isEqualTo(2);
  }

  /// Somebody set the hub's clock years ahead for a moment.
  @Test
  void nothingGoesForItsAgeWhileTheClockIsDoubted() {
    Scene scene = scene(new RowQuota(Duration.ofDays(90), 1L << 40, 1L << 40));
    said(scene, 1, 3);

    scene.now += Duration.ofDays(5 * 365).toMillis();
    scene.tell(new HubEvent.Ticked(false));
    assertThat(results()).isEqualTo(new KeptRows(3, results().bytes(), 0));
    assertThat(scene.state().sweep.isMoreLeft()).isFalse();

    scene.tell(new HubEvent.Ticked());
    assertThat(results().gone()).isEqualTo(3);
  }

  @Test
  void oneStepDropsOneBlockAndAsksForTheNext() {
    HubState state = new HubState(store.load().history());
    HubCore core = new HubCore(settings(new RowQuota(Duration.ofDays(90), 1L << 40, 1)), state);
    for (int i = 0; i < 3; i++) {
      state.apply(
          new HubChange.BlockPut(
              new RowBlock(RowLog.RESULTS, 1 + i * BLOCK, (i + 1) * BLOCK, 1, 1)));
    }
    state.settleBlocks();

    state.apply(core.step(new HubEvent.Ticked(), 2).changes());

    assertThat(state.keptRows(RowLog.RESULTS)).isEqualTo(new KeptRows(2 * BLOCK, 2, BLOCK));
    assertThat(core.isWorkLeft()).isTrue();
    state.apply(core.step(new HubEvent.Ticked(), 2).changes());
    state.apply(core.step(new HubEvent.Ticked(), 2).changes());
    state.apply(core.step(new HubEvent.Ticked(), 2).changes());
    assertThat(state.keptRows(RowLog.RESULTS).rows()).isZero();
    assertThat(core.isWorkLeft()).isFalse();
  }

  /// A turn may bring many blocks: one that dropped a single one would never come to the end of
  /// them.
  @Test
  void asMuchGoesAsComes() {
    Scene scene = scene(new RowQuota(Duration.ofDays(90), 1L << 40, 2 * BLOCK));
    EnrolResponse device = scene.joined("counter");
    SessionId line = scene.connected(device, scene.birth("boot-1", 1));
    long sequence = 0;
    for (int turn = 0; turn < 20; turn++) {
      List<HubEvent> events = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        events.add(new HubEvent.ReportSaid(line, device.device(), block(scene, sequence), 1));
        sequence += BLOCK;
      }
      events.add(new HubEvent.Ticked());
      scene.turn(events);
      assertThat(results().rows()).isLessThanOrEqualTo(7 * BLOCK);
    }

    scene.turn(List.of(new HubEvent.Ticked()));
    assertThat(results().rows()).isEqualTo(2 * BLOCK);
  }

  @Test
  void rowsGoAlsoWhileDocumentsAreMadeAnew() {
    Scene scene = scene(new RowQuota(Duration.ofDays(90), 1L << 40, 2 * BLOCK));
    said(scene, 1, 4 * BLOCK);
    scene.state().apply(List.of(HubChange.DocumentsStale.EVERYWHERE));

    scene.turn(List.of(new HubEvent.Ticked()));

    assertThat(results().rows()).isEqualTo(2 * BLOCK);
  }

  /// Else events, tokens and devices would wait for as long as results come.
  @Test
  void eachLogHasItsTurnAndSoHasAllElse() {
    HubState state = new HubState(store.load().history());
    HubSettings settings =
        new HubSettings(
            List.of(),
            "",
            "",
            "",
            new RowQuota(Duration.ofDays(90), 1L << 40, 1),
            new RowQuota(Duration.ofDays(90), 1L << 40, 1),
            TrustSettings.USUAL);
    HubCore core = new HubCore(settings, state);
    for (RowLog log : RowLog.values()) {
      for (int i = 0; i < 9; i++) {
        state.apply(
            new HubChange.BlockPut(new RowBlock(log, 1 + i * BLOCK, (i + 1) * BLOCK, 1, 1)));
      }
    }

    Step step = core.step(new HubEvent.Ticked(), Pruning.CERTIFICATES_EVERY_MILLIS);

    for (RowLog log : RowLog.values()) {
      assertThat(step.changes())
          .anyMatch(it -> it instanceof HubChange.BlockDropped(var block) && block.log() == log);
    }
    assertThat(step.changes()).anyMatch(HubChange.CertificatesEnded.class::isInstance);
  }

  @Test
  void aBlockThatCannotBeDroppedIsTriedAgainLater() {
    Scene scene = scene(new RowQuota(Duration.ofDays(90), 1L << 40, 1));
    store.refuse(HubChange.BlockDropped.class::isInstance);
    said(scene, 1, 2 * BLOCK);
    scene.tell(new HubEvent.Ticked());
    assertThat(results().gone()).isZero();

    store.refuse(change -> false);
    scene.tell(new HubEvent.Ticked());

    assertThat(results().gone()).isEqualTo(2 * BLOCK);
  }

  @Test
  void aRowOfManyBytesClosesItsBlock() {
    Scene scene = scene(Scene.PLENTY);
    EnrolResponse device = scene.joined("counter");
    SessionId line = scene.connected(device, scene.birth("boot-1", 1));
    String large = "\"" + "x".repeat(30_000) + "\"";
    for (int i = 1; i <= 20; i++) {
      Report.Row row =
          new Report.Row(i, "boot-1", 0, i, new ReportBody.Result(new Name("people"), large));
      scene.tell(new HubEvent.ReportSaid(line, device.device(), scene.report(row), 1));
    }

    RowBlock oldest = Scene.found(store.load().blocks(RowLog.RESULTS).oldest());
    assertThat(oldest.rows()).isEqualTo(5);
    assertThat(oldest.bytes()).isBetween(RowBlock.BYTES_MAX, RowBlock.BYTES_MAX + 40_000);
  }

  @Test
  void repeatsOfRowsThatAreGoneAreStillKnown() {
    Scene scene = scene(new RowQuota(Duration.ofDays(1), 1L << 40, 1L << 40));
    EnrolResponse device = scene.joined("counter");
    SessionId line = scene.connected(device, scene.birth("boot-1", 1));
    HubEvent.ReportSaid report =
        new HubEvent.ReportSaid(line, device.device(), scene.report(Scene.result(1)), 1);
    scene.tell(report);
    scene.pass(Duration.ofDays(400));
    assertThat(results().gone()).isEqualTo(1);

    List<HubEffect> effects = scene.tell(report);

    assertThat(Scene.one(HubEffect.SendAcked.class, effects).acked().through()).isEqualTo(1);
    assertThat(results()).isEqualTo(new KeptRows(0, 0, 1));
  }

  @Test
  void aTokenIsForgottenAMonthAfterItsEndAndThenUnknown() {
    Scene scene = scene(Scene.PLENTY);
    JoinToken token = scene.siteToken(2);
    scene.enrol(token, "first");
    scene.pass(Pruning.TOKEN_KEEP);
    assertThat(refusal(scene, token)).isInstanceOf(Reason.TokenExpired.class);

    scene.pass(Duration.ofHours(1));

    assertThat(refusal(scene, token)).isEqualTo(new Reason.TokenUnknown(token.id()));
    assertThat(store.load().tokens).isEmpty();
    assertThat(store.load().tokenUses).isEmpty();
    assertThat(store.load().devices).hasSize(1);
  }

  @Test
  void aTokenThatWasRevokedIsForgottenAMonthLater() {
    Scene scene = scene(Scene.PLENTY);
    JoinToken token = scene.token(Optional.empty(), Optional.of(Scene.SLOT), 1);
    scene.command(new AdminCommand.RevokeToken(token.id()));

    scene.pass(Pruning.TOKEN_KEEP);

    assertThat(store.load().tokens).isEmpty();
  }

  @Test
  void tokensAreLookedThroughInSlices() {
    Scene scene = scene(Scene.PLENTY);
    for (int i = 0; i < Pruning.LOOK_SLICE + 10; i++) {
      scene.siteToken(1);
    }
    JoinToken lasting = scene.siteToken(1);
    scene.pass(Pruning.TOKEN_KEEP.plusHours(1));

    assertThat(store.load().tokens).isEmpty();
    assertThat(refusal(scene, lasting)).isInstanceOf(Reason.TokenUnknown.class);
  }

  @Test
  void onlyTheTombstoneOfALongRevokedDeviceStays() {
    Scene scene = scene(Scene.PLENTY);
    scene.assign("embedding", "1.0");
    EnrolResponse lost = scene.joined("lost");
    scene.connected(lost, scene.birth("boot-1", 1));
    scene.command(new AdminCommand.RevokeDevice(lost.device(), "stolen", Optional.empty()));
    scene.pass(Pruning.REVOKED_KEEP.minusDays(1));
    assertThat(store.load().documents).containsKey(lost.device());

    scene.pass(Duration.ofDays(1));

    HubState state = store.load();
    assertThat(state.isAnythingKept(lost.device())).isFalse();
    assertThat(state.expelled).containsExactly(lost.device());
    assertThat(refusal(scene, scene.siteToken(1), "lost")).isInstanceOf(Reason.DeviceRevoked.class);
    assertThat(scene.directory().whyNotServed(lost.device(), Scene.serialOf(lost), scene.now))
        .contains(new Reason.DeviceRevoked(lost.device().text()));
  }

  @Test
  void whatAnActiveOrQuarantinedDeviceHadIsKept() {
    Scene scene = scene(Scene.PLENTY);
    EnrolResponse active = scene.joined("active");
    EnrolResponse copied = scene.joined("copied");
    SessionId line = scene.connected(copied, scene.birth("boot-1", 1));
    scene.connected(copied, scene.birth("boot-2", 1));
    scene.connected(copied, scene.birth("boot-1", 2));
    assertThat(store.load().expelled).containsExactly(copied.device());
    assertThat(line).isNotNull();

    scene.pass(Duration.ofDays(1_000));

    assertThat(store.load().isAnythingKept(active.device())).isTrue();
    assertThat(store.load().isAnythingKept(copied.device())).isTrue();
  }

  @Test
  void theAuditIsNeverPruned() {
    Scene scene = scene(new RowQuota(Duration.ofDays(1), 1, 1));
    said(scene, 1, 10);
    long before = Scene.found(store.load().lastAudit).sequence();

    scene.pass(Duration.ofDays(4_000));

    assertThat(store.committed().stream().filter(HubChange.AuditAppended.class::isInstance))
        .hasSize((int) before);
  }

  private Scene scene(RowQuota results) {
    return Scene.ready(new Scene(store, results, Scene.PLENTY));
  }

  private static HubSettings settings(RowQuota results) {
    return new HubSettings(List.of(), "", "", "", results, Scene.PLENTY, TrustSettings.USUAL);
  }

  private KeptRows results() {
    return store.load().keptRows(RowLog.RESULTS);
  }

  private static Report block(Scene scene, long after) {
    Report.Row[] rows = new Report.Row[(int) BLOCK];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Scene.result(after + 1 + i);
    }
    return scene.report(rows);
  }

  /// Results from one device, in reports of a block's size or less.
  private static void said(Scene scene, long first, long last) {
    EnrolResponse device = scene.joined("counter-" + first);
    SessionId line = scene.connected(device, scene.birth("boot-1", 1));
    for (long i = first; i <= last; i += BLOCK) {
      Report.Row[] rows = new Report.Row[(int) Math.min(BLOCK, last - i + 1)];
      for (int j = 0; j < rows.length; j++) {
        rows[j] = Scene.result(i + j);
      }
      scene.tell(new HubEvent.ReportSaid(line, device.device(), scene.report(rows), 1));
    }
  }

  private static Reason refusal(Scene scene, JoinToken token) {
    return refusal(scene, token, "somebody");
  }

  private static Reason refusal(Scene scene, JoinToken token, String name) {
    return Scene.one(HubEffect.RequestRefused.class, scene.tell(scene.enrolAsked(token, name)))
        .reason();
  }
}
