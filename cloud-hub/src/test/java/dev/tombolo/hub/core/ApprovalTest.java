package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApprovalTest {
  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);
  private final EnrolResponse identity = scene.joined("counter");
  private final DeviceId device = identity.device();

  @Test
  void aClonesDeviceIsServedAgainOnceAnOperatorHasLooked() {
    quarantine();

    List<HubEffect> effects = approve(Optional.empty());

    assertThat(answerOf(effects)).isInstanceOf(AdminAnswer.Done.class);
    assertThat(record().standing()).isEqualTo(Standing.ACTIVE);
    assertThat(record().slot()).isEqualTo(new SlotRef(identity.site(), identity.slot()));
    assertThat(Scene.one(HubEffect.RevocationsChanged.class, effects).serials()).isEmpty();
    assertThat(scene.directory().whyNotServed(device, Scene.serialOf(identity), scene.now))
        .isEmpty();
    scene.connected(identity, scene.birth("boot-a", 4));
    assertThat(record().standing()).isEqualTo(Standing.ACTIVE);
  }

  @Test
  void whoLetItInAndWhyIsWritten() {
    quarantine();
    approve(Optional.empty());

    AuditRecord written = Scene.found(store.load().lastAudit);
    assertThat(written.action()).isEqualTo("device-approve");
    assertThat(written.principal()).isEqualTo(Scene.ALICE.name());
    assertThat(written.before()).contains("quarantined");
    assertThat(written.after()).contains("looked at it");
  }

  @Test
  void aCloneThatStillRunsIsPutOutAgain() {
    quarantine();
    approve(Optional.empty());

    scene.connected(identity, scene.birth("boot-a", 5));
    scene.connected(identity, scene.birth("boot-b", 5));
    scene.connected(identity, scene.birth("boot-a", 6));

    assertThat(record().standing()).isEqualTo(Standing.QUARANTINED);
  }

  @Test
  void aSlotThatWasGivenAwayIsNotTakenBack() {
    quarantine();
    DeviceId other = scene.enrolled("another");

    assertThat(answerOf(approve(Optional.empty())))
        .isEqualTo(new AdminAnswer.Refused(new Reason.SlotTaken(place(), other.text())));
    SlotRef free = new SlotRef(Scene.SITE, new Name("counter-9"));
    scene.apply(Scene.slot(free));
    assertThat(answerOf(approve(Optional.of(free)))).isInstanceOf(AdminAnswer.Done.class);
    assertThat(record().slot()).isEqualTo(free);
  }

  @Test
  void aTombstoneCannotBeApproved() {
    scene.command(new AdminCommand.RevokeDevice(device, "lost", Optional.empty()));

    assertThat(answerOf(approve(Optional.empty())))
        .isEqualTo(new AdminAnswer.Refused(new Reason.DeviceRevoked(device.text())));
  }

  @Test
  void approvingWhatIsActiveChangesNothing() {
    int before = store.committed().size();

    assertThat(answerOf(approve(Optional.empty()))).isInstanceOf(AdminAnswer.Done.class);
    assertThat(store.committed()).hasSize(before);
  }

  @Test
  void aReplacedCertificateThatAsksForANewOneIsAClone() {
    String next = renewed("next");
    scene.open(device, next);

    List<HubEffect> effects =
        scene.tell(
            new HubEvent.RenewAsked(
                scene.number(),
                device,
                Scene.serialOf(identity),
                null,
                Scene.key("stolen"),
                "10.6.6.6:1"));

    assertThat(Scene.one(HubEffect.RequestRefused.class, effects).reason())
        .isInstanceOf(Reason.CertificateSuperseded.class);
    assertThat(record().standing()).isEqualTo(Standing.QUARANTINED);
  }

  private String renewed(String key) {
    List<HubEffect> effects =
        scene.tell(
            new HubEvent.RenewAsked(
                scene.number(),
                device,
                Scene.serialOf(identity),
                null,
                Scene.key(key),
                "10.0.0.2:1"));
    return Scene.one(HubEffect.RenewGranted.class, effects)
        .response()
        .certificate()
        .substring("certificate ".length());
  }

  private void quarantine() {
    scene.connected(identity, scene.birth("boot-a", 1));
    scene.connected(identity, scene.birth("boot-b", 2));
    scene.connected(identity, scene.birth("boot-a", 3));
    assertThat(record().standing()).isEqualTo(Standing.QUARANTINED);
  }

  private List<HubEffect> approve(Optional<SlotRef> slot) {
    return scene.tell(
        new HubEvent.AdminAsked(
            scene.number(),
            Scene.ALICE,
            new AdminCommand.ApproveDevice(device, slot, "looked at it", Optional.empty())));
  }

  private static AdminAnswer answerOf(List<HubEffect> effects) {
    return Scene.one(HubEffect.AdminAnswered.class, effects).answer();
  }

  private DeviceRecord record() {
    return Scene.found(store.load().devices.get(device));
  }

  private String place() {
    return new SlotRef(identity.site(), identity.slot()).toString();
  }
}
