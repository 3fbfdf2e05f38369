package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.TokenSecret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnrolmentTest {
  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);

  @Test
  void aDeviceJoinsWithATokenAndIsServed() {
    EnrolResponse response = scene.enrol(scene.siteToken(1), "counter");

    assertThat(response.site()).isEqualTo(Scene.SITE);
    assertThat(response.slot()).isEqualTo(Scene.SLOT.slot());
    assertThat(
            scene.directory().whyNotServed(response.device(), Scene.serialOf(response), scene.now))
        .isEmpty();
    assertThat(store.load().holders).containsEntry(Scene.SLOT, response.device());
  }

  @Test
  void fiftyAtOnceOnAOneUseTokenGiveExactlyOneWinner() {
    JoinToken token = scene.siteToken(1);
    HubEvent[] asked = new HubEvent[50];
    for (int i = 0; i < asked.length; i++) {
      asked[i] = scene.enrolAsked(token, "device " + i);
    }

    List<HubEffect> effects = scene.tell(asked);

    assertThat(Scene.all(HubEffect.EnrolGranted.class, effects)).hasSize(1);
    assertThat(Scene.all(HubEffect.RequestRefused.class, effects))
        .hasSize(49)
        .allMatch(refused -> refused.reason() instanceof Reason.TokenOtherKey);
    assertThat(store.load().devices).hasSize(1);
    assertThat(store.load().tokenUses.get(token.id())).hasSize(1);
  }

  @Test
  void aLostAnswerIsGivenAgainWithoutASecondUse() {
    JoinToken token = scene.siteToken(2);
    EnrolResponse first = scene.enrol(token, "counter");

    scene.now += Duration.ofHours(23).toMillis();
    EnrolResponse second = scene.enrol(token, "counter");

    assertThat(second).isEqualTo(first);
    assertThat(store.load().tokenUses.get(token.id())).hasSize(1);
  }

  @Test
  void theSameRequestTwiceAtOnceIsOneDevice() {
    JoinToken token = scene.siteToken(1);

    List<HubEffect> effects =
        scene.tell(scene.enrolAsked(token, "counter"), scene.enrolAsked(token, "counter"));

    assertThat(Scene.all(HubEffect.EnrolGranted.class, effects))
        .hasSize(2)
        .extracting(HubEffect.EnrolGranted::response)
        .containsOnly(Scene.all(HubEffect.EnrolGranted.class, effects).getFirst().response());
  }

  @Test
  void anotherKeyOnAUsedTokenIsAlarmed() {
    JoinToken token = scene.siteToken(1);
    scene.enrol(token, "counter");

    Reason reason = refusal(token, "thief");

    assertThat(reason).isEqualTo(new Reason.TokenOtherKey(token.id()));
    assertThat(audit()).contains("enrol-alarm token " + token.id());
  }

  @Test
  void noiseFromTheSameAddressDoesNotSilenceAnAlarm() {
    JoinToken token = scene.siteToken(1);
    scene.enrol(token, "a");
    for (int i = 0; i < 20; i++) {
      scene.tell(
          new HubEvent.Violated(
              Optional.empty(), "10.0.0.1:7", "noise", new Reason.NotYours("topic", "x")));
    }

    scene.tell(scene.enrolAsked(token, "thief"));
    assertThat(audit()).contains("enrol-alarm token " + token.id());
    var first = store.load().lastAudit;

    scene.tell(scene.enrolAsked(token, "thief"));
    assertThat(store.load().lastAudit).isEqualTo(first);
  }

  @Test
  void eachBadTokenIsToldApart() {
    JoinToken used = scene.siteToken(2);
    scene.enrol(used, "a");
    scene.enrol(used, "b");
    JoinToken revoked = scene.siteToken(1);
    scene.command(new AdminCommand.RevokeToken(revoked.id()));
    JoinToken expired = scene.siteToken(1);
    JoinToken guessed = withSecret(scene.siteToken(1), new byte[TokenSecret.BYTES]);
    JoinToken unknown =
        new JoinToken(
            "ffffffffffffffff", used.secret(), used.rootKey(), used.publisherRoot(), 0, List.of());

    assertThat(refusal(used, "c")).isInstanceOf(Reason.TokenUsed.class);
    assertThat(refusal(revoked, "c")).isInstanceOf(Reason.TokenRevoked.class);
    assertThat(refusal(guessed, "c")).isInstanceOf(Reason.TokenUnknown.class);
    assertThat(refusal(unknown, "c")).isInstanceOf(Reason.TokenUnknown.class);
    scene.now += Duration.ofHours(2).toMillis();
    assertThat(refusal(expired, "c")).isInstanceOf(Reason.TokenExpired.class);
    assertThat(store.load().devices).hasSize(2);
  }

  @Test
  void aTokenForASiteGivesEachDeviceASlotOfItsOwn() {
    JoinToken token = scene.siteToken(3);

    assertThat(scene.enrol(token, "a").slot()).isEqualTo(new Name("counter-1"));
    assertThat(scene.enrol(token, "b").slot()).isEqualTo(new Name("device-1"));
    assertThat(scene.enrol(token, "c").slot()).isEqualTo(new Name("device-2"));
  }

  @Test
  void aTokenForAFleetOfSeveralSitesCannotPlaceADevice() {
    scene.apply(Scene.site(new Name("store-2")));
    JoinToken token = scene.token(Optional.empty(), Optional.empty(), 1);

    assertThat(refusal(token, "a")).isInstanceOf(Reason.Conflict.class);
    assertThat(store.load().tokenUses).isEmpty();
  }

  @Test
  void aReplacementTokenTakesTheSlotOverAndPutsTheOldKeyOut() {
    DeviceId old = scene.enrol(slotToken(), "old").device();

    List<HubEffect> effects = scene.tell(scene.enrolAsked(slotToken(), "new"));

    EnrolResponse response = Scene.one(HubEffect.EnrolGranted.class, effects).response();
    assertThat(response.slot()).isEqualTo(Scene.SLOT.slot());
    HubState state = store.load();
    assertThat(Scene.found(state.devices.get(old)).standing()).isEqualTo(Standing.REVOKED);
    assertThat(state.holders).containsEntry(Scene.SLOT, response.device());
    assertThat(Scene.one(HubEffect.RevocationsChanged.class, effects).serials()).hasSize(1);
    assertThat(scene.directory().whyNotServed(old, "any", scene.now))
        .contains(new Reason.DeviceRevoked(old.text()));
  }

  @Test
  void aTokenMadeForAnEmptySlotDoesNotPushAnybodyOut() {
    JoinToken late = slotToken();
    scene.enrol(scene.siteToken(1), "first");

    assertThat(refusal(late, "second")).isInstanceOf(Reason.SlotTaken.class);
  }

  @Test
  void aRevokedKeyStaysOutWhateverTokenItHas() {
    DeviceId device = scene.enrolled("counter");
    scene.command(new AdminCommand.RevokeDevice(device, "stolen", Optional.empty()));

    assertThat(refusal(scene.siteToken(1), "counter")).isInstanceOf(Reason.DeviceRevoked.class);
  }

  @Test
  void nothingIsGrantedWhenTheCommitFails() {
    JoinToken token = scene.siteToken(1);
    scene.certificatesAreSigned = false;
    HubEffect.SignCertificate sign =
        Scene.one(HubEffect.SignCertificate.class, scene.tell(scene.enrolAsked(token, "counter")));
    scene.certificatesAreSigned = true;
    store.failNextCommit();

    List<HubEffect> effects = scene.tell(Scene.signed(sign));

    assertThat(Scene.all(HubEffect.EnrolGranted.class, effects)).isEmpty();
    assertThat(Scene.all(HubEffect.RequestRefused.class, effects))
        .allMatch(refused -> refused.reason() instanceof Reason.Busy)
        .isNotEmpty();
    assertThat(scene.enrol(token, "counter").slot()).isEqualTo(Scene.SLOT.slot());
  }

  private JoinToken slotToken() {
    return scene.token(Optional.empty(), Optional.of(Scene.SLOT), 1);
  }

  private Reason refusal(JoinToken token, String name) {
    return Scene.one(HubEffect.RequestRefused.class, scene.tell(scene.enrolAsked(token, name)))
        .reason();
  }

  private List<String> audit() {
    List<String> lines = new ArrayList<>();
    for (HubChange change : store.committed()) {
      if (change instanceof HubChange.AuditAppended appended) {
        lines.add(appended.record().action() + " " + appended.record().subject());
      }
    }
    return lines;
  }

  private static JoinToken withSecret(JoinToken token, byte[] secret) {
    return new JoinToken(
        token.id(),
        new TokenSecret(secret),
        token.rootKey(),
        token.publisherRoot(),
        token.expiresSeconds(),
        token.endpoints());
  }
}
