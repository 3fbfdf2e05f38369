package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionTest {
  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);
  private final EnrolResponse identity = scene.joined("counter");
  private final DeviceId device = identity.device();

  @Test
  void theNewestLineTakesOver() {
    SessionId old = scene.connected(identity, scene.birth("boot-1", 1));

    List<HubEffect> effects =
        scene.tell(
            new HubEvent.SessionOpened(
                new SessionId(900), device, Scene.serialOf(identity), null, "10.0.0.9:1"));

    assertThat(Scene.one(HubEffect.SessionAdmitted.class, effects).session())
        .isEqualTo(new SessionId(900));
    assertThat(Scene.one(HubEffect.CloseSession.class, effects).session()).isEqualTo(old);
    scene.tell(new HubEvent.SessionClosed(old, device, false, "taken over"));
    assertThat(Scene.found(store.load().presences.get(device)).online()).isTrue();
  }

  @Test
  void anOldWillDoesNotOverwriteANewerBirth() {
    scene.connected(identity, scene.birth("boot-1", 1));
    SessionId session = scene.connected(identity, scene.birth("boot-1", 2));

    said(session, new Presence.Will("boot-1", 1));
    assertThat(Scene.found(store.load().presences.get(device)).online()).isTrue();

    said(session, new Presence.Will("boot-1", 2));
    assertThat(Scene.found(store.load().presences.get(device)).online()).isFalse();
  }

  @Test
  void aRestartedAgentIsNoClone() {
    for (int i = 1; i < 20; i++) {
      scene.connected(identity, scene.birth("boot-" + i, i));
    }

    assertThat(Scene.found(store.load().devices.get(device)).standing()).isEqualTo(Standing.ACTIVE);
  }

  @Test
  void twoAgentsTakingTurnsAreBothPutOut() {
    scene.connected(identity, scene.birth("boot-a", 1));
    scene.connected(identity, scene.birth("boot-b", 2));
    scene.connected(identity, scene.birth("boot-a", 3));

    assertThat(Scene.found(store.load().devices.get(device)).standing())
        .isEqualTo(Standing.QUARANTINED);
    assertThat(scene.directory().whyNotServed(device, Scene.serialOf(identity), scene.now))
        .containsInstanceOf(Reason.DeviceQuarantined.class);
  }

  @Test
  void aRevokedDeviceIsCutAtOnce() {
    SessionId session = scene.connected(identity, scene.birth("boot-1", 1));

    List<HubEffect> effects =
        scene.tell(
            new HubEvent.AdminAsked(
                7, Scene.ALICE, new AdminCommand.RevokeDevice(device, "lost", Optional.empty())));

    assertThat(Scene.one(HubEffect.CloseSession.class, effects).session()).isEqualTo(session);
    assertThat(Scene.one(HubEffect.RevocationsChanged.class, effects).serials())
        .containsExactly(Scene.serialOf(identity));
    // Whichever certificate a line of it came with.
    assertThat(Scene.one(HubEffect.DeviceExpelled.class, effects))
        .isEqualTo(new HubEffect.DeviceExpelled(device, new Reason.DeviceRevoked(device.text())));
    assertThat(scene.directory().whyNotServed(device, Scene.serialOf(identity), scene.now))
        .contains(new Reason.DeviceRevoked(device.text()));
  }

  @Test
  void noArgumentMayHideTheQuestionFromTheAudit() {
    scene.connected(identity, scene.birth("boot-1", 1));
    AdminCommand ask = new AdminCommand.AskDevice(device, "logs", Map.of("question", "why"));

    List<HubEffect> effects = scene.tell(new HubEvent.AdminAsked(50, Scene.ALICE, ask));

    assertThat(Scene.one(HubEffect.AdminAnswered.class, effects).answer())
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused -> assertThat(refused.reason()).isInstanceOf(Reason.InputInvalid.class));
    assertThat(effects).noneMatch(HubEffect.SendAsk.class::isInstance);
  }

  @Test
  void aQuestionIsAnsweredByTheDeviceOrByTime() {
    SessionId session = scene.connected(identity, scene.birth("boot-1", 1));
    AdminCommand ask = new AdminCommand.AskDevice(device, "logs", Map.of("application", "counter"));

    List<HubEffect> sent = scene.tell(new HubEvent.AdminAsked(50, Scene.ALICE, ask));
    Ask told = Scene.one(HubEffect.SendAsk.class, sent).ask();
    assertThat(told.question()).isEqualTo("logs");
    assertThat(told.arguments()).containsExactly(Map.entry("application", "counter"));
    String id = told.id();
    List<HubEffect> answered =
        scene.tell(new HubEvent.AnswerSaid(session, device, new Answer(id, true, "all well")));
    assertThat(Scene.one(HubEffect.AdminAnswered.class, answered).answer())
        .isEqualTo(new AdminAnswer.DeviceAnswered(true, "all well"));

    scene.tell(new HubEvent.AdminAsked(51, Scene.ALICE, ask));
    scene.now += Asks.WAIT_MILLIS;
    List<HubEffect> late = scene.tell(new HubEvent.Ticked());
    assertThat(Scene.one(HubEffect.AdminAnswered.class, late).request()).isEqualTo(51);
  }

  @Test
  void aStrangerIsRefusedAndWritten() {
    DeviceId stranger = Scene.deviceOf("stranger");

    List<HubEffect> effects =
        scene.tell(
            new HubEvent.SessionOpened(new SessionId(1), stranger, "00", null, "10.6.6.6:1"));

    assertThat(Scene.one(HubEffect.SessionRefused.class, effects).reason())
        .isInstanceOf(Reason.DeviceUnknown.class);
    assertThat(lastAction()).isEqualTo("session-refused");
  }

  @Test
  void misbehaviourIsCountedOnceItIsTooMuchToWrite() {
    long before = sequence();
    for (int i = 0; i < 100; i++) {
      scene.tell(
          new HubEvent.Violated(
              Optional.of(device),
              "10.6.6.6:" + (1_000 + i),
              "topic",
              new Reason.NotYours("topic", "x")));
    }
    assertThat(sequence() - before).isEqualTo(Violations.LINES_PER_REMOTE_MAX);

    scene.now += Violations.WINDOW_MILLIS;
    scene.tell(new HubEvent.Ticked());

    assertThat(lastAction()).isEqualTo("refusals-counted");
    assertThat(sequence() - before).isEqualTo(Violations.LINES_PER_REMOTE_MAX + 1);
  }

  @Test
  void anotherPortOrAnotherAddressOfTheSameNetworkIsNoOtherRemote() {
    long before = sequence();
    for (int i = 0; i < 100; i++) {
      violated("[2001:db8:0:7:0:0:0:" + Integer.toHexString(i) + "]:" + (1_000 + i));
    }
    assertThat(sequence() - before).isEqualTo(Violations.LINES_PER_REMOTE_MAX);

    violated("[2001:db8:0:8:0:0:0:1]:1000");
    assertThat(sequence() - before).isEqualTo(Violations.LINES_PER_REMOTE_MAX + 1);
  }

  private void violated(String remote) {
    scene.tell(
        new HubEvent.Violated(
            Optional.empty(), remote, "topic", new Reason.NotYours("topic", "x")));
  }

  @Test
  void whatCouldNotBeCommittedIsToldToTheLinesThatItEnded() {
    SessionId session = scene.connected(identity, scene.birth("boot-1", 1));
    store.failNextCommit();

    List<HubEffect> effects =
        scene.tell(
            new HubEvent.AdminAsked(
                7, Scene.ALICE, new AdminCommand.RevokeDevice(device, "lost", Optional.empty())));

    assertThat(Scene.one(HubEffect.CloseSession.class, effects))
        .isEqualTo(new HubEffect.CloseSession(session, HubTurn.TRY_LATER));
    assertThat(Scene.all(HubEffect.StartedOver.class, effects)).hasSize(1);
  }

  private void said(SessionId session, Presence presence) {
    scene.tell(new HubEvent.PresenceSaid(session, device, presence));
  }

  private String lastAction() {
    var last = store.load().lastAudit;
    return last == null ? "" : last.action();
  }

  private long sequence() {
    var last = store.load().lastAudit;
    return last == null ? 0 : last.sequence();
  }
}
