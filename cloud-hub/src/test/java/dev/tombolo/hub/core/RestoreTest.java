package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A hub that goes on from a backup, and the devices that have lived on meanwhile.
class RestoreTest {
  private static final long DAY = 24L * 3600 * 1000;

  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);
  private final EnrolResponse identity = scene.joined("counter");
  private final DeviceId device = identity.device();
  private long backupMillis;

  @Test
  void theHistoryIsNewAndItsEpochHigher() {
    JoinToken old = scene.siteToken(1);

    restore("history-2", List.of());

    assertThat(scene.state().history).isEqualTo(new History(2, "history-2"));
    assertThat(
            Scene.one(HubEffect.RequestRefused.class, scene.tell(scene.enrolAsked(old, "newcomer")))
                .reason())
        .isInstanceOf(Reason.TokenRevoked.class);
    assertThat(Scene.found(scene.state().lastAudit).action()).isEqualTo("enrol-refused");
  }

  @Test
  void anEpochThatIsKnownToHaveBeenUsedIsPassed() {
    RestoreSteps.Outcome outcome =
        RestoreSteps.of(
            store.load(),
            new RestoreSteps.Order(
                scene.now, Digest.ofText("archive"), 41, "history", List.of(), "bob"),
            scene.now);

    assertThat(outcome.history().epoch()).isEqualTo(42);
  }

  @Test
  void aDeviceTakesOverTheNewHistoryAndAnotherRestoreOfTheSameBackupAfterIt() {
    restore("history-2", List.of());
    DesiredManifest held =
        held(new History(2, "the other restore"), Scene.found(document()).revision() + 5);

    List<HubEffect> effects = born(held);

    assertThat(scene.state().history.epoch()).isEqualTo(3);
    assertThat(scene.state().history.id())
        .isNotEqualTo("history-2")
        .isNotEqualTo("the other restore");
    DesiredManifest sent = sent(effects);
    assertThat(sent.history()).isEqualTo(scene.state().history);
    assertThat(store.load().history).isEqualTo(scene.state().history);
  }

  @Test
  void anEpochThatIsPastBeliefIsNotFollowed() {
    DesiredManifest held = held(new History(1L << 50, "liar"), 1);

    born(held);

    assertThat(scene.state().history.epoch()).isEqualTo(1);
    assertThat(
            store.committed().stream()
                .anyMatch(
                    change ->
                        change instanceof HubChange.AuditAppended(var line)
                            && line.action().equals("history-doubted")))
        .isTrue();
  }

  @Test
  void onlyTheFirstBirthOfASessionTellsOfAnotherHistory() {
    SessionId session = scene.open(device, Scene.serialOf(identity));
    for (long epoch = 10; epoch < 15; epoch++) {
      DesiredManifest madeUp = held(new History(epoch, "made up " + epoch), 1);
      scene.tell(
          new HubEvent.PresenceSaid(session, device, scene.birth("boot-1", 7, madeUp, List.of())));
    }

    assertThat(scene.state().history.epoch()).isEqualTo(11);
  }

  /// At a broker each birth begins a session; on the edge port a reconnect does.
  @Test
  void aDeviceIsBelievedOneOtherHistoryAnHour() {
    born(held(new History(10, "made up"), 1));
    for (long epoch = 11; epoch < 15; epoch++) {
      born(held(new History(epoch, "made up " + epoch), 1));
    }
    assertThat(scene.state().history.epoch()).isEqualTo(11);
    assertThat(audited("history-moved")).isEqualTo(1);
    assertThat(audited("history-doubted")).isEqualTo(4);

    scene.now += 3_600_000;
    born(held(new History(20, "another one"), 1));

    assertThat(scene.state().history.epoch()).isEqualTo(21);
  }

  @Test
  void allDevicesTogetherAreBelievedAFewOtherHistoriesAnHour() {
    for (int i = 1; i <= Histories.MOVES_MAX + 2; i++) {
      EnrolResponse liar = scene.joined("liar-" + i);
      SessionId session = scene.open(liar.device(), Scene.serialOf(liar));
      DesiredManifest held =
          new DesiredManifest(
              liar.device(), new History(10L * i, "made up"), 1, scene.now, List.of(), List.of());
      scene.tell(
          new HubEvent.PresenceSaid(
              session, liar.device(), scene.birth("boot-1", 1, held, List.of())));
    }

    assertThat(audited("history-moved")).isEqualTo(Histories.MOVES_MAX);
    assertThat(audited("history-doubted")).isEqualTo(2);
  }

  @Test
  void aCertificateIssuedAfterTheBackupIsFoundAgain() {
    backUp();
    scene.now += 31 * DAY;
    PresentedCertificate lost = lost("aa", scene.now);
    scene.now += DAY;
    restore("history-2", List.of());

    List<HubEffect> effects = opened(device, lost);

    assertThat(Scene.all(HubEffect.SessionAdmitted.class, effects)).hasSize(1);
    assertThat(standing(device)).isEqualTo(Standing.ACTIVE);
    assertThat(scene.directory().whyNotServed(device, "aa", scene.now)).isEmpty();
    assertThat(store.load().devices.get(device)).isNotNull();
    assertThat(Scene.found(store.load().currentCertificates.get(device)).serial()).isEqualTo("aa");
  }

  /// It was not heard of between the two restores.
  @Test
  void whatTheFirstOfTwoRestoresLostIsFoundAgainAfterTheSecond() {
    backUp();
    scene.now += 31 * DAY;
    PresentedCertificate lost = lost("aa", scene.now);
    scene.now += DAY;
    restore("history-2", List.of());
    scene.now += DAY;
    backUp();
    scene.now += DAY;
    restore("history-3", List.of());

    List<HubEffect> effects = opened(device, lost);

    assertThat(Scene.all(HubEffect.SessionAdmitted.class, effects)).hasSize(1);
    assertThat(standing(device)).isEqualTo(Standing.ACTIVE);
  }

  @Test
  void oneThatWasReplacedMeanwhileIsAClonesAfterTheNewestWasSeen() {
    backUp();
    scene.now += 31 * DAY;
    PresentedCertificate replaced = lost("aa", scene.now);
    scene.now += 31 * DAY;
    PresentedCertificate newest = lost("bb", scene.now);
    scene.now += DAY;
    restore("history-2", List.of());
    opened(device, newest);

    opened(device, replaced);

    assertThat(standing(device)).isEqualTo(Standing.QUARANTINED);
  }

  @Test
  void anOldCertificateIsAClonesAlsoAfterARestore() {
    String next = renewed();
    scene.open(device, next);
    scene.now += DAY;
    backUp();
    scene.now += DAY;
    restore("history-2", List.of());

    opened(device, certificate(device, Scene.serialOf(identity), scene.now - 2 * DAY));

    assertThat(standing(device)).isEqualTo(Standing.QUARANTINED);
  }

  @Test
  void withoutARestoreNothingIsFoundAgain() {
    opened(device, lost("aa", scene.now));

    assertThat(standing(device)).isEqualTo(Standing.QUARANTINED);
  }

  @Test
  void aDeviceThatEnrolledAfterTheBackupWaitsUntilItIsGivenItsSlot() {
    backUp();
    scene.now += DAY;
    DeviceId newcomer = Scene.deviceOf("newcomer");
    PresentedCertificate shown = certificate(newcomer, "cc", scene.now);
    scene.now += DAY;
    restore("history-2", List.of());

    assertThat(refusal(opened(newcomer, shown))).isInstanceOf(Reason.ApprovalNeeded.class);
    assertThat(refusal(opened(newcomer, shown))).isInstanceOf(Reason.ApprovalNeeded.class);
    SlotRef slot = new SlotRef(Scene.SITE, new Name("counter-9"));
    scene.apply(Scene.slot(slot));
    assertThat(approve(newcomer, Optional.empty())).isInstanceOf(AdminAnswer.Refused.class);
    assertThat(approve(newcomer, Optional.of(slot))).isInstanceOf(AdminAnswer.Done.class);

    assertThat(Scene.all(HubEffect.SessionAdmitted.class, opened(newcomer, shown))).hasSize(1);
    assertThat(store.load().holders).containsEntry(slot, newcomer);
    assertThat(store.load().strangers).isEmpty();
  }

  @Test
  void aDeviceThatEnrolledAfterTheBackupMayBeRevoked() {
    backUp();
    scene.now += DAY;
    DeviceId stolen = Scene.deviceOf("stolen");
    PresentedCertificate shown = certificate(stolen, "ee", scene.now);
    scene.now += DAY;
    restore("history-2", List.of());
    opened(stolen, shown);

    AdminCommand.RevokeDevice revoke =
        new AdminCommand.RevokeDevice(stolen, "stolen", Optional.empty());
    List<HubEffect> effects = scene.tell(new HubEvent.AdminAsked(901, Scene.ALICE, revoke));

    assertThat(Scene.one(HubEffect.AdminAnswered.class, effects).answer())
        .isEqualTo(new AdminAnswer.Done(List.of("device " + stolen + " revoked")));
    HubEffect.StandingNoted noted = Scene.one(HubEffect.StandingNoted.class, effects);
    assertThat(noted.device()).isEqualTo(stolen);
    assertThat(noted.standing()).isEqualTo(Standing.REVOKED);
    assertThat(Scene.one(HubEffect.RevocationsChanged.class, effects).serials()).contains("ee");
    assertThat(Scene.found(scene.state().lastAudit).action()).isEqualTo("device-revoke");
    assertThat(refusal(opened(stolen, shown))).isEqualTo(new Reason.DeviceRevoked(stolen.text()));
    assertThat(approve(stolen, Optional.of(Scene.SLOT))).isInstanceOf(AdminAnswer.Refused.class);
    assertThat(Expulsion.serials(store.load(), scene.now)).contains("ee");
  }

  /// The backup has it as one that waits, the journal as one that was revoked after that.
  @Test
  void theRevocationOfAStrangerIsNotUndoneByAnotherRestore() {
    backUp();
    scene.now += DAY;
    DeviceId stolen = Scene.deviceOf("stolen");
    PresentedCertificate shown = certificate(stolen, "ee", scene.now);
    scene.now += DAY;
    restore("history-2", List.of());
    opened(stolen, shown);

    restore("history-3", List.of(new RestoreSteps.Noted(stolen, Standing.REVOKED, scene.now)));

    assertThat(refusal(opened(stolen, shown))).isEqualTo(new Reason.DeviceRevoked(stolen.text()));
  }

  @Test
  void aRevocationAfterTheBackupIsNotUndone() {
    backUp();
    scene.now += DAY;
    DeviceId gone = Scene.deviceOf("gone");
    List<RestoreSteps.Noted> journal =
        List.of(
            new RestoreSteps.Noted(device, Standing.QUARANTINED, scene.now - 10),
            new RestoreSteps.Noted(device, Standing.REVOKED, scene.now),
            new RestoreSteps.Noted(gone, Standing.REVOKED, scene.now));
    scene.now += DAY;

    RestoreSteps.Outcome outcome = restore("history-2", journal);

    assertThat(outcome.standingsTaken()).isEqualTo(2);
    assertThat(standing(device)).isEqualTo(Standing.REVOKED);
    assertThat(refusal(opened(gone, certificate(gone, "dd", scene.now - DAY))))
        .isEqualTo(new Reason.DeviceRevoked(gone.text()));
    assertThat(approve(gone, Optional.of(Scene.SLOT))).isInstanceOf(AdminAnswer.Refused.class);
  }

  @Test
  void anApprovalAfterTheBackupIsNotUndoneEither() {
    copied();
    scene.now += DAY;

    restore(
        "history-2", List.of(new RestoreSteps.Noted(device, Standing.ACTIVE, scene.now - 1_000)));

    assertThat(standing(device)).isEqualTo(Standing.ACTIVE);
  }

  /// The journal has its quarantine of before as well, and with it an earlier place.
  @Test
  void whoWasLetInOnceItsSlotWasFreeStaysIn() {
    copied();
    RestoreSteps.Noted before = new RestoreSteps.Noted(device, Standing.QUARANTINED, scene.now);
    DeviceId holder = scene.enrolled("another");
    backUp();
    scene.now += DAY;

    RestoreSteps.Outcome outcome =
        restore(
            "history-2",
            List.of(
                before,
                new RestoreSteps.Noted(holder, Standing.REVOKED, scene.now - 2_000),
                new RestoreSteps.Noted(device, Standing.ACTIVE, scene.now - 1_000)));

    assertThat(outcome.standingsTaken()).isEqualTo(2);
    assertThat(standing(holder)).isEqualTo(Standing.REVOKED);
    assertThat(standing(device)).isEqualTo(Standing.ACTIVE);
    assertThat(store.load().holders).containsValue(device);
  }

  @Test
  void aTokenDoesNotLetInWhomTheJournalKnowsAsRevoked() {
    DeviceId gone = Scene.deviceOf("gone");
    restore("history-2", List.of(new RestoreSteps.Noted(gone, Standing.REVOKED, scene.now)));

    List<HubEffect> effects = scene.tell(scene.enrolAsked(scene.siteToken(1), "gone"));

    assertThat(Scene.one(HubEffect.RequestRefused.class, effects).reason())
        .isEqualTo(new Reason.DeviceRevoked(gone.text()));
    assertThat(store.load().devices).doesNotContainKey(gone);
  }

  @Test
  void aStrangerThatEnrolsAgainWaitsNoLonger() {
    backUp();
    scene.now += DAY;
    DeviceId newcomer = Scene.deviceOf("newcomer");
    PresentedCertificate shown = certificate(newcomer, "cc", scene.now);
    scene.now += DAY;
    restore("history-2", List.of());
    opened(newcomer, shown);

    scene.enrolled("newcomer");

    assertThat(standing(newcomer)).isEqualTo(Standing.ACTIVE);
    assertThat(scene.state().strangers).isEmpty();
    assertThat(store.load().strangers).isEmpty();
  }

  @Test
  void whatTheJournalSaysOfBeforeTheBackupIsKnown() {
    RestoreSteps.Outcome outcome =
        restore("history-2", List.of(new RestoreSteps.Noted(device, Standing.QUARANTINED, 1)));

    assertThat(outcome.standingsTaken()).isZero();
    assertThat(standing(device)).isEqualTo(Standing.ACTIVE);
  }

  /// The hub's clock had been ahead when the device joined.
  @Test
  void aRevocationIsForEverWhateverTheClockSaidThen() {
    restore("history-2", List.of(new RestoreSteps.Noted(device, Standing.REVOKED, 1)));

    assertThat(standing(device)).isEqualTo(Standing.REVOKED);
  }

  @Test
  void devicesKeepWhatNoBackupHasFromTheFirstBackupOn() {
    SessionId session = scene.connected(identity, scene.birth("boot-1", 1));
    assertThat(reported(session, 1).backedUpThrough()).isNull();

    scene.command(new AdminCommand.BeginBackup("b1"));
    assertThat(reported(session, 2).backedUpThrough()).isZero();
    scene.command(new AdminCommand.FinishBackup("b1", Digest.ofText("archive"), 10));

    assertThat(reported(session, 3)).isEqualTo(new Acked("outbox-1", 3, scene.now, 1L));
    scene.restart();
    session = scene.connected(identity, scene.birth("boot-1", 2));
    assertThat(reported(session, 4)).isEqualTo(new Acked("outbox-1", 4, scene.now, 1L));
  }

  @Test
  void aBackupThatAnotherOvertookIsNotDone() {
    scene.command(new AdminCommand.BeginBackup("b1"));
    scene.command(new AdminCommand.BeginBackup("b2"));

    assertThat(scene.command(new AdminCommand.FinishBackup("b1", Digest.ofText("a"), 1)))
        .isInstanceOf(AdminAnswer.Refused.class);
    assertThat(scene.command(new AdminCommand.FinishBackup("b2", Digest.ofText("a"), 1)))
        .isInstanceOf(AdminAnswer.Done.class);
  }

  /// Whoever reads on from a number that the lost hub told finds all that comes.
  @Test
  void rowsAreNumberedAboveAllThatTheLostHubMayHaveGiven() {
    reported(scene.connected(identity, scene.birth("boot-1", 1)), 1);
    long told = newestResult();

    restore("history-2", List.of());
    reported(scene.connected(identity, scene.birth("boot-1", 2)), 2);
    long second = newestResult();
    restore("history-3", List.of());
    reported(scene.connected(identity, scene.birth("boot-1", 3)), 3);

    assertThat(second).isGreaterThan(told + 1_000_000_000L);
    assertThat(newestResult()).isGreaterThan(second + 1_000_000_000L);
    assertThat(RowLog.countOf(newestResult())).isEqualTo(3);
  }

  private long newestResult() {
    return Objects.requireNonNull(store.load().blocks(RowLog.RESULTS).newest()).last();
  }

  @Test
  void aRestoredHubAsksForTheRowsItLost() {
    SessionId session = scene.connected(identity, scene.birth("boot-1", 1));
    reported(session, 5);
    restore("history-2", List.of());

    Presence.Birth birth =
        new Presence.Birth(
            "boot-1", 2, null, 0, null, List.of(), null, "outbox-1", 9, "0.1.0", List.of(), 0);
    SessionId again = scene.open(device, Scene.serialOf(identity));
    List<HubEffect> effects = scene.tell(new HubEvent.PresenceSaid(again, device, birth));

    assertThat(Scene.one(HubEffect.SendAcked.class, effects).acked())
        .isEqualTo(new Acked("outbox-1", 5, scene.now, 5L));
  }

  private long audited(String action) {
    return store.committed().stream()
        .filter(
            change ->
                change instanceof HubChange.AuditAppended(var line) && line.action().equals(action))
        .count();
  }

  private void copied() {
    scene.connected(identity, scene.birth("boot-a", 1));
    scene.connected(identity, scene.birth("boot-b", 2));
    scene.connected(identity, scene.birth("boot-a", 3));
    assertThat(standing(device)).isEqualTo(Standing.QUARANTINED);
  }

  private void backUp() {
    backupMillis = scene.now;
  }

  /// Replaces the store's content by what a restore makes of it.
  private RestoreSteps.Outcome restore(String historyId, List<RestoreSteps.Noted> journal) {
    if (backupMillis == 0) {
      backUp();
    }
    RestoreSteps.Outcome outcome =
        RestoreSteps.of(
            store.load(),
            new RestoreSteps.Order(
                backupMillis, Digest.ofText("archive"), 0, historyId, journal, "bob"),
            scene.now);
    HubStore.Batch batch = store.begin();
    batch.savepoint();
    batch.apply(outcome.changes());
    batch.commit();
    scene.restart();
    return outcome;
  }

  private PresentedCertificate lost(String serial, long issuedMillis) {
    return certificate(device, serial, issuedMillis);
  }

  private static PresentedCertificate certificate(
      DeviceId device, String serial, long issuedMillis) {
    long from = issuedMillis - 10 * 60 * 1000;
    return new PresentedCertificate(
        device, serial, Digest.ofText("key of " + serial), from, from + 45 * DAY);
  }

  private List<HubEffect> opened(DeviceId who, PresentedCertificate shown) {
    return scene.tell(
        new HubEvent.SessionOpened(
            new SessionId(scene.number()), who, shown.serial(), shown, "10.0.0.3:1"));
  }

  private String renewed() {
    List<HubEffect> effects =
        scene.tell(
            new HubEvent.RenewAsked(
                scene.number(),
                device,
                Scene.serialOf(identity),
                null,
                Scene.key("next"),
                "10.0.0.2:1"));
    return Scene.one(HubEffect.RenewGranted.class, effects)
        .response()
        .certificate()
        .substring("certificate ".length());
  }

  private List<HubEffect> born(DesiredManifest held) {
    SessionId session = scene.open(device, Scene.serialOf(identity));
    return scene.tell(
        new HubEvent.PresenceSaid(session, device, scene.birth("boot-1", 7, held, List.of())));
  }

  private DesiredManifest held(History history, long revision) {
    return new DesiredManifest(device, history, revision, scene.now, List.of(), List.of());
  }

  private dev.tombolo.hub.desired.@Nullable DocumentRecord document() {
    scene.connected(identity, scene.birth("boot-0", 1));
    return store.load().documents.get(device);
  }

  private DesiredManifest sent(List<HubEffect> effects) {
    HubEffect.SignDocument sign = Scene.all(HubEffect.SignDocument.class, effects).getLast();
    try {
      return dev.tombolo.protocol.codec.Json.read(DesiredManifest.class, sign.payload(), 1 << 20);
    } catch (dev.tombolo.protocol.codec.MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private Acked reported(SessionId session, long sequence) {
    return Scene.one(
            HubEffect.SendAcked.class,
            scene.tell(
                new HubEvent.ReportSaid(session, device, scene.report(Scene.result(sequence)), 7)))
        .acked();
  }

  private AdminAnswer approve(DeviceId who, Optional<SlotRef> slot) {
    return scene.command(
        new AdminCommand.ApproveDevice(who, slot, "looked at it", Optional.empty()));
  }

  private static Reason refusal(List<HubEffect> effects) {
    return Scene.one(HubEffect.SessionRefused.class, effects).reason();
  }

  private Standing standing(DeviceId who) {
    return Scene.found(store.load().devices.get(who)).standing();
  }
}
