package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RenewalTest {
  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);
  private final EnrolResponse identity = scene.joined("counter");
  private final DeviceId device = identity.device();
  private final String first = Scene.serialOf(identity);

  @Test
  void bothCertificatesAreServedUntilTheNewOneIsUsed() {
    String next = renewed(first, "next");

    assertThat(scene.directory().whyNotServed(device, first, scene.now)).isEmpty();
    assertThat(scene.directory().whyNotServed(device, next, scene.now)).isEmpty();

    scene.open(device, next);

    assertThat(scene.directory().whyNotServed(device, next, scene.now)).isEmpty();
    assertThat(scene.directory().whyNotServed(device, first, scene.now))
        .contains(new Reason.CertificateSuperseded(device.text(), first));
  }

  @Test
  void aLostAnswerIsGivenAgain() {
    String next = renewed(first, "next");

    assertThat(renewed(first, "next")).isEqualTo(next);
    scene.open(device, next);
    assertThat(renewed(next, "next")).isEqualTo(next);
    assertThat(Scene.found(store.load().devices.get(device)).standing()).isEqualTo(Standing.ACTIVE);
  }

  @Test
  void theOldCertificateAfterTheNewOneMeansAClone() {
    String next = renewed(first, "next");
    scene.open(device, next);

    List<HubEffect> effects = opened(first);

    assertThat(Scene.one(HubEffect.SessionRefused.class, effects).reason())
        .isInstanceOf(Reason.CertificateSuperseded.class);
    assertThat(Scene.one(HubEffect.CloseSession.class, effects).reason())
        .isInstanceOf(Reason.DeviceQuarantined.class);
    assertThat(Scene.one(HubEffect.RevocationsChanged.class, effects).serials())
        .containsExactlyInAnyOrder(first, next);
    assertThat(Scene.found(store.load().devices.get(device)).standing())
        .isEqualTo(Standing.QUARANTINED);
    assertThat(Scene.one(HubEffect.SessionRefused.class, opened(next)).reason())
        .isInstanceOf(Reason.DeviceQuarantined.class);
  }

  /// The line had stalled, and the agent had tried again.
  @Test
  void anAttemptThatALaterOneOfTheSameAgentOutranIsRefusedAndNoClone() {
    scene.connected(identity, scene.birth("boot-1", 1));
    String next = renewed(first, "next");
    opened(next, "boot-1", 3);

    List<HubEffect> unborn = opened(first, "boot-1", 2);
    scene.tell(
        new HubEvent.PresenceSaid(
            Scene.found(scene.state().sessions.get(device)).id(),
            device,
            scene.birth("boot-1", 3)));
    List<HubEffect> born = opened(first, "boot-1", 2);

    for (List<HubEffect> effects : List.of(unborn, born)) {
      assertThat(Scene.one(HubEffect.SessionRefused.class, effects).reason())
          .isInstanceOf(Reason.CertificateSuperseded.class);
      assertThat(Scene.all(HubEffect.CloseSession.class, effects)).isEmpty();
    }
    assertThat(Scene.found(store.load().devices.get(device)).standing()).isEqualTo(Standing.ACTIVE);
  }

  @Test
  void aCloneIsFoundWhateverItsWillSays() {
    for (Presence.Will will :
        List.of(new Presence.Will("boot-1", 4), new Presence.Will("clone", 1))) {
      MemoryHubStore its = new MemoryHubStore();
      Scene shop = Scene.ready(its);
      EnrolResponse joined = shop.joined("counter");
      String old = Scene.serialOf(joined);
      shop.connected(joined, shop.birth("boot-1", 1));
      List<HubEffect> granted =
          shop.tell(
              new HubEvent.RenewAsked(
                  shop.number(), joined.device(), old, null, Scene.key("next"), "10.0.0.2:1"));
      String next =
          Scene.one(HubEffect.RenewGranted.class, granted)
              .response()
              .certificate()
              .substring("certificate ".length());
      shop.tell(opening(shop, joined.device(), next, new Presence.Will("boot-1", 3)));

      shop.tell(opening(shop, joined.device(), old, will));

      assertThat(Scene.found(its.load().devices.get(joined.device())).standing())
          .as("%s", will)
          .isEqualTo(Standing.QUARANTINED);
    }
  }

  private List<HubEffect> opened(String serial, String boot, long connect) {
    return scene.tell(opening(scene, device, serial, new Presence.Will(boot, connect)));
  }

  private static HubEvent opening(Scene at, DeviceId who, String serial, Presence.Will will) {
    return new HubEvent.SessionOpened(
        new SessionId(at.number()), who, serial, null, "10.0.0.3:1", will);
  }

  @Test
  void aReplacedCertificateIsOnTheListUntilItRunsOut() {
    String next = renewed(first, "next");

    List<HubEffect> effects = opened(next);

    assertThat(Scene.one(HubEffect.RevocationsChanged.class, effects).serials())
        .containsExactly(first);
    scene.restart();
    assertThat(Expulsion.serials(store.load(), scene.now)).containsExactly(first);
    long end = Scene.found(store.load().currentCertificates.get(device)).notAfterMillis();
    assertThat(Expulsion.serials(store.load(), end + 1)).isEmpty();
  }

  @Test
  void aReplacedCertificateThatRanOutIsForgotten() {
    scene.open(device, renewed(first, "next"));
    assertThat(store.load().keys.superseded()).containsOnlyKeys(first);

    scene.pass(Limits.CERTIFICATE_LIFE.plusDays(1));

    assertThat(store.load().keys.superseded()).isEmpty();
  }

  /// In memory as in the store: no key is kept but the device's present one.
  @Test
  void aKeyWhoseCertificatesRanOutIsForgotten() {
    String second = renewed(first, "second");
    scene.open(device, second);
    scene.pass(Duration.ofDays(30));
    scene.open(device, renewed(second, "third"));
    assertThat(scene.state().keys.size()).isEqualTo(3);

    scene.pass(Limits.CERTIFICATE_LIFE.plusDays(1));

    assertThat(scene.state().keys.size()).isEqualTo(1);
    assertThat(scene.state().keys.ownerOf(Scene.key("third").keyDigest())).contains(device);
  }

  @Test
  void aDeviceDoesNotGetOneCertificateAfterTheOther() {
    scene.now += 1_000;
    String second = renewed(first, "second");
    assertThat(refusal(first, "third")).isInstanceOf(Reason.Busy.class);
    scene.open(device, second);
    assertThat(refusal(second, "third")).isInstanceOf(Reason.Busy.class);
    assertThat(renewed(second, "second")).isEqualTo(second);

    scene.now += CertificateOrders.PAUSE_MILLIS;

    assertThat(renewed(second, "third")).isNotEqualTo(second);
  }

  @Test
  void aCertificateOfAClockThatWasAheadDoesNotHoldBackTheNext() {
    scene.pass(Duration.ofDays(40));
    String ahead = renewed(first, "second");
    scene.pass(Duration.ofDays(-40));

    assertThat(renewed(ahead, "third")).isNotEqualTo(ahead);
  }

  @Test
  void aDeviceDoesNotGetManyCertificatesAtOnce() {
    List<HubEffect> effects =
        scene.tell(asked(first, "one"), asked(first, "two"), asked(first, "one"));

    assertThat(Scene.all(HubEffect.RenewGranted.class, effects)).hasSize(2);
    assertThat(Scene.one(HubEffect.RequestRefused.class, effects).reason())
        .isInstanceOf(Reason.Busy.class);
  }

  @Test
  void aRevokedDeviceDoesNotComeBackByItsNewestKey() {
    String next = renewed(first, "next");
    scene.open(device, next);
    scene.command(new AdminCommand.RevokeDevice(device, "lost", Optional.empty()));

    List<HubEffect> effects = scene.tell(scene.enrolAsked(scene.siteToken(1), "next"));

    assertThat(Scene.one(HubEffect.RequestRefused.class, effects).reason())
        .isEqualTo(new Reason.DeviceRevoked(device.text()));
  }

  @Test
  void aDeviceThatEnrolsWithItsNewestKeyStaysTheSame() {
    String next = renewed(first, "next");
    scene.open(device, next);

    assertThat(scene.enrol(scene.siteToken(1), "next").device()).isEqualTo(device);
    assertThat(store.load().devices).hasSize(1);
  }

  private Reason refusal(String presented, String key) {
    return Scene.one(HubEffect.RequestRefused.class, scene.tell(asked(presented, key))).reason();
  }

  @Test
  void aCertificateThatRanOutIsNotServed() {
    scene.now = Scene.found(store.load().currentCertificates.get(device)).notAfterMillis() + 1;

    assertThat(Scene.one(HubEffect.SessionRefused.class, opened(first)).reason())
        .isInstanceOf(Reason.CertificateExpired.class);
    assertThat(scene.directory().whyNotServed(device, first, scene.now))
        .containsInstanceOf(Reason.CertificateExpired.class);
  }

  @Test
  void aLineCheckedByABrokerIsTakenByTheDevicesStanding() {
    assertThat(Scene.all(HubEffect.SessionAdmitted.class, opened(""))).hasSize(1);
    scene.command(new AdminCommand.RevokeDevice(device, "lost", Optional.empty()));

    assertThat(Scene.one(HubEffect.SessionRefused.class, opened("")).reason())
        .isInstanceOf(Reason.DeviceRevoked.class);
  }

  @Test
  void anotherDevicesKeyIsRefused() {
    scene.joined("neighbour");

    assertThat(
            Scene.one(HubEffect.RequestRefused.class, scene.tell(asked(first, "neighbour")))
                .reason())
        .isInstanceOf(Reason.NotYours.class);
  }

  private String renewed(String presented, String key) {
    List<HubEffect> effects = scene.tell(asked(presented, key));
    return Scene.one(HubEffect.RenewGranted.class, effects)
        .response()
        .certificate()
        .substring("certificate ".length());
  }

  private HubEvent.RenewAsked asked(String presented, String key) {
    return new HubEvent.RenewAsked(
        scene.number(), device, presented, null, Scene.key(key), "10.0.0.2:1");
  }

  private List<HubEffect> opened(String serial) {
    return scene.tell(
        new HubEvent.SessionOpened(
            new SessionId(scene.number()), device, serial, null, "10.0.0.3:1"));
  }
}
