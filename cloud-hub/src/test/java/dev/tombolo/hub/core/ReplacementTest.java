package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplacementTest {
  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);
  private final EnrolResponse old =
      scene.enrol(scene.token(Optional.empty(), Optional.of(Scene.SLOT), 1), "old");

  @Test
  void theOldDeviceIsServedUntilTheNewOneEnrols() {
    replacement();

    assertThat(scene.directory().whyNotServed(old.device(), Scene.serialOf(old), scene.now))
        .isEmpty();
  }

  @Test
  void theNewDeviceTakesTheSlotAndTheOldOneIsCutInTheSameStep() {
    SessionId line = scene.connected(old, scene.birth("boot-1", 1));
    JoinToken token = replacement();
    int before = store.commits();

    List<HubEffect> effects = scene.tell(scene.enrolAsked(token, "new"));

    DeviceId fresh = Scene.one(HubEffect.EnrolGranted.class, effects).response().device();
    assertThat(Scene.one(HubEffect.CloseSession.class, effects).session()).isEqualTo(line);
    assertThat(Scene.one(HubEffect.RevocationsChanged.class, effects).serials())
        .contains(Scene.serialOf(old));
    assertThat(standing(old.device())).isEqualTo(Standing.REVOKED);
    assertThat(store.load().holders).containsEntry(Scene.SLOT, fresh);
    assertThat(scene.directory().whyNotServed(old.device(), Scene.serialOf(old), scene.now))
        .contains(new Reason.DeviceRevoked(old.device().text()));
    // Ordering the certificate, then all of the swap at once.
    assertThat(store.commits()).isEqualTo(before + 2);
    assertThat(
            store.committed().stream()
                .filter(
                    change ->
                        change instanceof HubChange.AuditAppended(var line1)
                            && line1.action().equals("device-replaced")
                            && line1.subject().equals(old.device().text())
                            && line1.after().contains(fresh.text())))
        .hasSize(1);
  }

  @Test
  void aTombstoneNeverEnrolsAgain() {
    scene.tell(scene.enrolAsked(replacement(), "new"));

    List<HubEffect> effects = scene.tell(scene.enrolAsked(scene.siteToken(1), "old"));

    assertThat(Scene.one(HubEffect.RequestRefused.class, effects).reason())
        .isEqualTo(new Reason.DeviceRevoked(old.device().text()));
  }

  @Test
  void aQuarantinedDeviceIsReplacedForEver() {
    scene.connected(old, scene.birth("boot-a", 1));
    scene.connected(old, scene.birth("boot-b", 2));
    scene.connected(old, scene.birth("boot-a", 3));
    assertThat(standing(old.device())).isEqualTo(Standing.QUARANTINED);

    scene.tell(scene.enrolAsked(replacement(), "new"));

    assertThat(standing(old.device())).isEqualTo(Standing.REVOKED);
  }

  @Test
  void aSlotThatNobodyHasIsNotReplaced() {
    scene.command(new AdminCommand.RevokeDevice(old.device(), "gone", Optional.empty()));

    assertThat(scene.command(asked()))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused -> assertThat(refused.reason()).isInstanceOf(Reason.Conflict.class));
  }

  @Test
  void whoeverTookTheSlotInTheMeantimeStays() {
    JoinToken token = replacement();
    JoinToken second = replacement();
    scene.tell(scene.enrolAsked(token, "new"));

    List<HubEffect> effects = scene.tell(scene.enrolAsked(second, "late"));

    assertThat(Scene.one(HubEffect.RequestRefused.class, effects).reason())
        .isInstanceOf(Reason.SlotTaken.class);
  }

  private JoinToken replacement() {
    if (scene.command(asked()) instanceof AdminAnswer.TokenMade made) {
      return made.token();
    }
    throw new AssertionError("no replacement token");
  }

  private AdminCommand asked() {
    SlotRef slot = Scene.SLOT;
    return new AdminCommand.ReplaceDevice(
        slot, Duration.ofDays(7), scene.drawn(), Optional.empty());
  }

  private Standing standing(DeviceId device) {
    return Scene.found(store.load().devices.get(device)).standing();
  }
}
