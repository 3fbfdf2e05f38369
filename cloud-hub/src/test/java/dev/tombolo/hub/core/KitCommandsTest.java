package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KitCommandsTest {
  private final Scene scene = Scene.ready(new MemoryHubStore());
  private final EnrolResponse identity = scene.joined("counter");

  private AdminAnswer make(SlotRef... slots) {
    return scene.command(
        new AdminCommand.MakeKit("kit-0123456789abcdef", Scene.SITE, List.of(slots), false));
  }

  private AdminAnswer.KitMade made(SlotRef... slots) {
    return (AdminAnswer.KitMade) make(slots);
  }

  private Reason refused(SlotRef... slots) {
    return ((AdminAnswer.Refused) make(slots)).reason();
  }

  private static DesiredManifest manifest(AdminAnswer.KitDocument document) {
    try {
      return Json.read(DesiredManifest.class, document.payload(), 1 << 16);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDeviceThatWasNeverConnectedGetsItsDocument() {
    scene.assign("embedding", "1.0");

    AdminAnswer.KitMade made = made();

    assertThat(made.documents()).hasSize(1);
    AdminAnswer.KitDocument document = made.documents().getFirst();
    assertThat(document.device()).isEqualTo(identity.device());
    assertThat(document.revision()).isEqualTo(1);
    assertThat(document.certificates()).containsExactly(identity.certificate());
    DesiredManifest manifest = manifest(document);
    assertThat(made.sections().stream().map(Section::digest).toList())
        .containsExactlyElementsOf(
            manifest.sections().stream().map(DesiredManifest.SectionRef::digest).toList());
    assertThat(made.files()).containsExactly(Digest.ofText("embedding1.0 bytes"));
    DocumentRecord kept = Objects.requireNonNull(scene.state().documents.get(identity.device()));
    assertThat(kept.payload()).isEqualTo(document.payload());
  }

  @Test
  void whatIsKeptIsThereAfterARestart() {
    AdminAnswer.KitDocument document = made().documents().getFirst();

    scene.restart();

    assertThat(made().documents().getFirst().payload()).isEqualTo(document.payload());
  }

  @Test
  void aDeviceThatComesBackWithItIsSentNothing() {
    scene.assign("embedding", "1.0");
    DesiredManifest taken = manifest(made().documents().getFirst());
    Presence.Birth birth =
        scene.birth(
            "boot-1",
            1,
            taken,
            taken.sections().stream().map(DesiredManifest.SectionRef::digest).toList());

    scene.connected(identity, birth);

    LiveSession session = Objects.requireNonNull(scene.state().sessions.get(identity.device()));
    assertThat(session.delivery()).isInstanceOf(dev.tombolo.hub.desired.Delivery.Settled.class);
    assertThat(scene.state().heldManifests)
        .containsEntry(identity.device(), Digest.ofText(Json.write(taken)));
  }

  @Test
  void aSecondKitOfTheSameHasTheSameDocumentAndIsAuditedToo() {
    AdminAnswer.KitMade first = made();
    long audited = Objects.requireNonNull(scene.state().lastAudit).sequence();

    AdminAnswer.KitMade second = made();

    assertThat(second.documents()).isEqualTo(first.documents());
    assertThat(Objects.requireNonNull(scene.state().lastAudit).sequence()).isEqualTo(audited + 1);
    assertThat(Objects.requireNonNull(scene.state().lastAudit).action()).isEqualTo("kit");
  }

  @Test
  void whatSeveralDevicesNeedIsThereOnce() {
    scene.assign("embedding", "1.0");
    scene.joined("second");

    AdminAnswer.KitMade made = made();

    assertThat(made.documents()).hasSize(2);
    assertThat(made.files()).hasSize(1);
    assertThat(made.sections().stream().map(Section::digest)).doesNotHaveDuplicates();
  }

  @Test
  void onlyTheSlotsThatAreNamed() {
    EnrolResponse second = scene.joined("second");

    AdminAnswer.KitMade made = made(new SlotRef(Scene.SITE, second.slot()));

    assertThat(made.documents())
        .extracting(AdminAnswer.KitDocument::device)
        .containsExactly(second.device());
  }

  /// Of a device that was found again after a restore only the digest of its key is known.
  @Test
  void aKitIsNotSealedToACertificateThatIsNotKnown() {
    SlotRef slot = new SlotRef(Scene.SITE, identity.slot());
    EnrolResponse second = scene.joined("second");
    CertificateRecord known =
        Objects.requireNonNull(scene.state().currentCertificates.get(identity.device()));
    scene
        .state()
        .apply(
            List.of(
                new HubChange.CertificatePut(
                    new CertificateRecord(
                        known.serial(),
                        known.device(),
                        known.csr(),
                        known.key(),
                        known.notBeforeMillis(),
                        known.notAfterMillis(),
                        known.generation(),
                        ""))));

    assertThat(refused())
        .isInstanceOfSatisfying(
            Reason.Conflict.class, it -> assertThat(it.toString()).contains(slot.toString()));
    assertThat(made(new SlotRef(Scene.SITE, second.slot())).documents()).hasSize(1);
    assertThat(
            scene.command(
                new AdminCommand.MakeKit("kit-0123456789abcdef", Scene.SITE, List.of(), true)))
        .isInstanceOfSatisfying(
            AdminAnswer.KitMade.class,
            kit -> assertThat(kit.documents().getFirst().certificates()).isEmpty());
  }

  @Test
  void aDeviceThatIsRevokedIsLeftOut() {
    scene.command(new AdminCommand.RevokeDevice(identity.device(), "stolen", Optional.empty()));

    assertThat(refused()).isInstanceOf(Reason.Conflict.class);
    assertThat(refused(new SlotRef(Scene.SITE, identity.slot())))
        .isInstanceOf(Reason.Conflict.class);
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThat(refused(new SlotRef(Scene.SITE, new Name("nowhere"))))
        .isInstanceOf(Reason.NotFound.class);
    assertThat(refused(new SlotRef(new Name("elsewhere"), identity.slot())))
        .isInstanceOf(Reason.InputInvalid.class);
    assertThat(
            scene.command(
                new AdminCommand.MakeKit(
                    "kit-0123456789abcdef", new Name("elsewhere"), List.of(), false)))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            it -> assertThat(it.reason()).isInstanceOf(Reason.NotFound.class));
  }
}
