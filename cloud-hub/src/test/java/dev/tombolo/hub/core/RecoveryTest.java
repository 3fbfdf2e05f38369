package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecoveryTest {
  private static final long DAY = 24L * 3600 * 1000;

  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);
  private final EnrolResponse identity = scene.joined("counter");
  private final DeviceId device = identity.device();
  private final String first = Scene.serialOf(identity);

  @Test
  void aDeviceThatWasAwayForAYearGetsANewCertificateForItsKey() {
    expire(365 * DAY);

    String next = recovered("next");

    assertThat(opened(first)).hasAtLeastOneElementOfType(HubEffect.SessionRefused.class);
    scene.open(device, next);
    assertThat(scene.directory().whyNotServed(device, next, scene.now)).isEmpty();
    assertThat(standing()).isEqualTo(Standing.ACTIVE);
    assertThat(
            store.committed().stream()
                .filter(
                    change ->
                        change instanceof HubChange.AuditAppended(var line)
                            && line.action().equals("recover")))
        .hasSize(1);
  }

  @Test
  void aLostAnswerIsGivenAgain() {
    expire(100 * DAY);

    assertThat(recovered("next")).isEqualTo(recovered("next"));
  }

  @Test
  void aDeviceThatRecoversWithItsNextCertificateIsNoCloneWhenTheAnswerIsLost() {
    expire(10 * DAY);
    String next = recovered("next");
    PresentedCertificate shown =
        new PresentedCertificate(
            device, next, Scene.key("next").keyDigest(), scene.now, scene.now + DAY);
    scene.now += 1_000;

    scene.tell(
        new HubEvent.RecoverAsked(
            scene.number(),
            shown,
            Scene.key("third"),
            "nonce-of-a-fast-clock",
            scene.now + Limits.CHALLENGE_LIFE.toMillis(),
            "10.0.0.2:1"));

    assertThat(opened(next)).hasAtLeastOneElementOfType(HubEffect.SessionAdmitted.class);
    assertThat(standing()).isEqualTo(Standing.ACTIVE);
  }

  /// Found by the simulation (seed 200873): it has asked several times, and one of them comes when
  /// it is connected with what another one brought.
  @Test
  void aRequestThatComesLateIsNotTakenForACopy() {
    expire(10 * DAY);
    String next = recovered("next");
    opened(next);

    assertThat(reasonOf(scene.tell(asked("nonce-late", first, "next"))))
        .isInstanceOf(Reason.CertificateSuperseded.class);
    assertThat(standing()).isEqualTo(Standing.ACTIVE);

    scene.tell(asked("nonce-of-a-copy", first, "another"));
    assertThat(standing()).isEqualTo(Standing.QUARANTINED);
  }

  /// Else whoever has its key fills the database, one row and one line of the audit each second.
  @Test
  void aDeviceDoesNotRecoverOneCertificateAfterTheOther() {
    expire(10 * DAY);
    recovered("next");
    scene.now += 1_000;

    assertThat(reasonOf(scene.tell(asked("nonce-1", first, "third"))))
        .isInstanceOf(Reason.Busy.class);

    scene.now += CertificateOrders.PAUSE_MILLIS;
    recovered("third");
  }

  @Test
  void anAnswerThatHasRunOutItselfIsNotGivenAgain() {
    expire(10 * DAY);
    String lost = recovered("next");
    scene.now += 400 * DAY;

    assertThat(recovered("next")).isNotEqualTo(lost);
  }

  @Test
  void aChallengeIsTakenOnce() {
    expire(DAY);
    scene.tell(asked("nonce-1", first, "next"));

    assertThat(reasonOf(scene.tell(asked("nonce-1", first, "other"))))
        .isInstanceOf(Reason.RecoveryRefused.class);
  }

  /// Found by the simulation (seed 106 of 12 devices and 40 days): what somebody had overheard was
  /// taken when the hub had read its state again, and put the device into quarantine.
  @Test
  void aChallengeIsTakenOnceThoughItsTurnFailed() {
    expire(DAY);
    HubEvent.RecoverAsked asked = asked("nonce-1", first, "next");
    store.failNextCommit();
    scene.tell(asked, user("lost"));

    assertThat(reasonOf(scene.tell(asked))).isInstanceOf(Reason.RecoveryRefused.class);
  }

  @Test
  void aChallengeIsTakenOnceThoughNothingCouldBeRead() {
    expire(DAY);
    scene.tell(asked("nonce-1", first, "next"));
    store.failNextCommit();
    store.failNextLoad();
    scene.turn(List.of(user("lost")));
    store.failNextLoad();
    HubEvent.RecoverAsked asked = asked("nonce-2", first, "next");
    assertThat(reasonOf(scene.turn(List.of(asked)))).isInstanceOf(Reason.Busy.class);

    assertThat(reasonOf(scene.tell(asked))).isInstanceOf(Reason.RecoveryRefused.class);
    assertThat(reasonOf(scene.tell(asked("nonce-1", first, "next"))))
        .isInstanceOf(Reason.RecoveryRefused.class);
  }

  private static HubEvent user(String name) {
    return new HubEvent.AdminAsked(
        1, Scene.ALICE, new AdminCommand.CreateUser(new Name(name), Digest.ofText(name)));
  }

  @Test
  void anOldChallengeIsForgottenAndOfNoUse() {
    expire(DAY);
    HubEvent.RecoverAsked asked = asked("nonce-1", first, "next");
    scene.now = asked.nonceUntilMillis();
    assertThat(reasonOf(scene.tell(asked))).isInstanceOf(Reason.RecoveryRefused.class);

    scene.tell(asked("nonce-2", first, "next"));
    scene.now += Limits.CHALLENGE_LIFE.toMillis();
    scene.tell(new HubEvent.Ticked());
    assertThat(scene.state().nonces).isEmpty();
  }

  @Test
  void beyondTheBudgetAnOperatorDecidesAndThenItComesBackByItself() {
    expire(Limits.OFFLINE_BUDGET.toMillis() + 1);

    assertThat(reasonOf(scene.tell(asked("nonce-1", first, "next"))))
        .isInstanceOf(Reason.ApprovalNeeded.class);
    assertThat(standing()).isEqualTo(Standing.WAITING);
    assertThat(reasonOf(scene.tell(asked("nonce-2", first, "next"))))
        .isInstanceOf(Reason.ApprovalNeeded.class);

    scene.command(
        new AdminCommand.ApproveDevice(device, Optional.empty(), "known", Optional.empty()));
    scene.now += 10 * DAY;
    recovered("next");
    assertThat(standing()).isEqualTo(Standing.ACTIVE);
  }

  @Test
  void withinTheBudgetToTheMillisecondItIsAutomatic() {
    expire(Limits.OFFLINE_BUDGET.toMillis());

    recovered("next");
  }

  @Test
  void aReplacedCertificateThatWantsToBeRecoveredIsAClone() {
    expire(DAY);
    scene.open(device, recovered("next"));

    assertThat(reasonOf(scene.tell(asked("nonce-9", first, "stolen"))))
        .isInstanceOf(Reason.CertificateSuperseded.class);
    assertThat(standing()).isEqualTo(Standing.QUARANTINED);
  }

  @Test
  void aTombstoneRecoversNothing() {
    scene.command(new AdminCommand.RevokeDevice(device, "lost", Optional.empty()));
    expire(DAY);

    assertThat(reasonOf(scene.tell(asked("nonce-1", first, "next"))))
        .isEqualTo(new Reason.DeviceRevoked(device.text()));
  }

  @Test
  void anotherKeyUnderTheSameSerialIsNoProof() {
    expire(DAY);
    HubEvent.RecoverAsked asked = asked("nonce-1", first, "next");
    PresentedCertificate forged =
        new PresentedCertificate(device, first, Digest.ofText("another key"), 0, 0);

    List<HubEffect> effects =
        scene.tell(
            new HubEvent.RecoverAsked(
                scene.number(), forged, asked.key(), "nonce-1", asked.nonceUntilMillis(), "x:1"));

    assertThat(Scene.all(HubEffect.RenewGranted.class, effects)).isEmpty();
  }

  @Test
  void anotherDevicesKeyIsRefused() {
    scene.joined("neighbour");
    expire(DAY);

    assertThat(reasonOf(scene.tell(asked("nonce-1", first, "neighbour"))))
        .isInstanceOf(Reason.NotYours.class);
  }

  @Test
  void theKeyThatAnotherDeviceWasRenewedForIsRefused() {
    EnrolResponse neighbour = scene.joined("neighbour");
    scene.tell(
        new HubEvent.RenewAsked(
            scene.number(),
            neighbour.device(),
            Scene.serialOf(neighbour),
            null,
            Scene.key("the neighbour's next"),
            "10.0.0.4:1"));
    scene.now += DAY;

    assertThat(reasonOf(scene.tell(asked("nonce-1", first, "the neighbour's next"))))
        .isInstanceOf(Reason.NotYours.class);
  }

  private void expire(long agoMillis) {
    scene.now = current().notAfterMillis() + agoMillis;
  }

  private CertificateRecord current() {
    return Scene.found(store.load().currentCertificates.get(device));
  }

  private String recovered(String key) {
    return Scene.one(
            HubEffect.RenewGranted.class, scene.tell(asked("n" + scene.number(), first, key)))
        .response()
        .certificate()
        .substring("certificate ".length());
  }

  private HubEvent.RecoverAsked asked(String nonce, String serial, String key) {
    return new HubEvent.RecoverAsked(
        scene.number(),
        new PresentedCertificate(
            device,
            serial,
            Scene.key("counter").keyDigest(),
            identityStart(),
            identityStart() + Limits.CERTIFICATE_LIFE.toMillis()),
        Scene.key(key),
        nonce,
        scene.now + Limits.CHALLENGE_LIFE.toMillis(),
        "10.0.0.2:1");
  }

  private static long identityStart() {
    return 1_800_000_000_000L;
  }

  private List<HubEffect> opened(String serial) {
    return scene.tell(
        new HubEvent.SessionOpened(
            new SessionId(scene.number()), device, serial, null, "10.0.0.3:1"));
  }

  private static Reason reasonOf(List<HubEffect> effects) {
    return Scene.one(HubEffect.RequestRefused.class, effects).reason();
  }

  private Standing standing() {
    return Scene.found(store.load().devices.get(device)).standing();
  }
}
