package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.PlaceSection;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DocumentsTest {
  private static final Name APP = new Name("embedding");

  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);
  private final EnrolResponse identity = scene.joined("counter");

  @Test
  void aNewDeviceIsToldItsPlaceItsTrustAndItsWorkloads() throws MalformedException {
    Digest release = scene.assign("embedding", "1.0");

    List<DesiredUpdate> updates = born(scene.birth("boot-1", 1));

    assertThat(updates).hasSize(1);
    Map<String, String> sections = sections(updates);
    assertThat(sections)
        .containsOnlyKeys(Section.PLACE, Section.TRUST, Section.WORKLOADS, "release/embedding");
    assertThat(
            Json.read(PlaceSection.class, Scene.found(sections.get(Section.PLACE)), 9_999).site())
        .isEqualTo(Scene.SITE);
    assertThat(selected(sections))
        .containsExactly(new WorkloadsSection.Selection(APP, release, "1.0", Map.of()));
    assertThat(manifest(updates).revision()).isEqualTo(1);
    assertThat(scene.directory().mayRead(identity.device(), Digest.ofText("embedding1.0 bytes")))
        .isTrue();
    assertThat(scene.directory().mayRead(identity.device(), Digest.ofText("another file")))
        .isFalse();
  }

  @Test
  void nothingIsSentToADeviceThatHasTheNewest() {
    List<DesiredUpdate> updates = born(scene.birth("boot-1", 1));
    DesiredManifest held = manifest(updates);

    List<HubEffect> effects = connect(scene.birth("boot-1", 2, held, digests(held)));

    assertThat(Scene.all(HubEffect.SendDesired.class, effects)).isEmpty();
    assertThat(Scene.all(HubEffect.SignDocument.class, effects)).isEmpty();
  }

  @Test
  void whoTrustsAnotherDocumentKeyIsToldOursAlthoughNothingElseIsNew() {
    DesiredManifest held = manifest(born(scene.birth("boot-1", 1)));
    Presence.Birth same = scene.birth("boot-1", 2, held, digests(held));
    Presence.Birth trustsAnother =
        new Presence.Birth(
            same.bootId(),
            same.connect(),
            same.history(),
            same.revision(),
            same.manifest(),
            same.sections(),
            "sha256:older",
            same.incarnation(),
            same.outboxThrough(),
            same.agentVersion(),
            same.features(),
            same.wallMillis());

    List<DesiredUpdate> updates = sent(connect(trustsAnother));

    assertThat(updates).hasSize(1);
    assertThat(updates.getFirst().documentCertificate()).isEqualTo("document certificate");
    assertThat(updates.getFirst().sections()).isEmpty();
    assertThat(manifest(updates)).isEqualTo(held);
  }

  @Test
  void theDocumentIsTheSameAfterARestart() {
    DesiredManifest held = manifest(born(scene.birth("boot-1", 1)));

    scene.restart();
    List<HubEffect> effects = connect(scene.birth("boot-1", 2, held, digests(held)));

    assertThat(Scene.all(HubEffect.SendDesired.class, effects)).isEmpty();
  }

  @Test
  void onlyTheSectionsThatDifferAreSent() throws MalformedException {
    scene.assign("embedding", "1.0");
    born(scene.birth("boot-1", 1));

    List<HubEffect> effects = scene.tell(applied(Scene.fleet(Map.of(APP, Map.of("threads", "2")))));

    List<DesiredUpdate> updates = sent(effects);
    assertThat(sections(updates)).containsOnlyKeys(Section.WORKLOADS);
    assertThat(selected(sections(updates)).getFirst().parameters()).containsEntry("threads", "2");
  }

  @Test
  void aThousandMissedChangesAreOneUpdate() {
    DesiredManifest held = manifest(born(scene.birth("boot-1", 1)));
    scene.assign("embedding", "1.0");
    closed();
    for (int i = 0; i < 1_000; i++) {
      scene.apply(Scene.fleet(Map.of(APP, Map.of("threads", "" + i))));
    }

    List<HubEffect> effects = connect(scene.birth("boot-1", 2, held, digests(held)));

    assertThat(Scene.all(HubEffect.SendDesired.class, effects)).hasSize(1);
    assertThat(Scene.all(HubEffect.SignDocument.class, effects)).hasSize(1);
    // One for the assignment it saw while connected, one for all it missed.
    assertThat(manifest(sent(effects)).revision()).isEqualTo(held.revision() + 2);
  }

  @Test
  void changesDuringAnUpdateFollowAsOneWhenItIsTaken() {
    born(scene.birth("boot-1", 1));
    scene.assign("embedding", "1.0");
    scene.devicesTake = false;
    List<HubEffect> first = scene.tell(applied(Scene.fleet(Map.of(APP, Map.of("threads", "1")))));
    HubEffect.SendDesired underWay = Scene.one(HubEffect.SendDesired.class, first);
    for (int i = 2; i < 10; i++) {
      assertThat(
              Scene.all(
                  HubEffect.SendDesired.class,
                  scene.tell(applied(Scene.fleet(Map.of(APP, Map.of("threads", "" + i)))))))
          .isEmpty();
    }

    List<HubEffect> next =
        scene.tell(
            new HubEvent.DesiredTaken(underWay.session(), underWay.device(), underWay.manifest()));

    assertThat(sections(sent(next)).get(Section.WORKLOADS)).contains("\"threads\":\"9\"");
  }

  @Test
  void narrowerSettingsWinOverBroaderOnes() throws MalformedException {
    scene.assign("embedding", "1.0");
    scene.command(new AdminCommand.PushRelease(Scene.release("embedding", "2.0")));
    scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(APP, "2.0"),
            Scene.FLEET,
            Optional.of(Scene.SITE),
            Optional.of(Scene.SLOT),
            Optional.empty()));
    scene.apply(
        Scene.fleet(Map.of(APP, Map.of("threads", "1", "level", "fleet"))),
        new dev.tombolo.hub.core.admin.AdminObject.Slot(
            Scene.SLOT, "", Map.of(), Map.of(APP, Map.of("level", "slot"))));

    WorkloadsSection.Selection selection =
        selected(sections(born(scene.birth("boot-1", 1)))).getFirst();

    assertThat(selection.version()).isEqualTo("2.0");
    assertThat(selection.parameters())
        .containsExactlyInAnyOrderEntriesOf(Map.of("threads", "1", "level", "slot"));
  }

  @Test
  void nothingIsSignedForADeviceThatIsNotThere() {
    assertThat(
            Scene.all(
                HubEffect.SignDocument.class,
                scene.tell(applied(Scene.fleet(Map.of(APP, Map.of("threads", "1")))))))
        .isEmpty();
  }

  @Test
  void aLargeDocumentComesInPartsThatEachFitAPacket() {
    for (int i = 0; i < 6; i++) {
      scene.assign("model-" + i, "1." + "0".repeat(50));
    }
    Map<Name, Map<String, String>> large = new HashMap<>();
    for (int i = 0; i < 6; i++) {
      Map<String, String> values = new HashMap<>();
      for (int j = 0; j < 8; j++) {
        values.put("p" + j, "\"".repeat(120));
      }
      large.put(new Name("model-" + i), values);
    }
    scene.apply(Scene.fleet(large));

    List<DesiredUpdate> updates = born(scene.birth("boot-1", 1));

    for (DesiredUpdate update : updates) {
      assertThat(Json.write(update).length()).isLessThan(Limits.PACKET_BYTES_MAX);
    }
    assertThat(sections(updates)).hasSize(9);
  }

  @Test
  void aDeviceAheadOfTheDatabaseIsMetAboveItsRevision() {
    DesiredManifest held = manifest(born(scene.birth("boot-1", 1)));
    DesiredManifest ahead =
        new DesiredManifest(
            held.device(), held.history(), 41, held.issuedMillis(), List.of(), List.of());

    List<HubEffect> effects = connect(scene.birth("boot-1", 2, ahead, List.of()));

    assertThat(manifest(sent(effects)).revision()).isEqualTo(42);
  }

  @Test
  void aRevisionThatNoHubCanHaveMadeIsNotGoneOnAbove() {
    DesiredManifest held = manifest(born(scene.birth("boot-1", 1)));
    DesiredManifest claimed =
        new DesiredManifest(
            held.device(),
            held.history(),
            Limits.INTEGER_MAX - 1,
            held.issuedMillis(),
            List.of(),
            List.of());

    List<HubEffect> effects = connect(scene.birth("boot-1", 2, claimed, List.of()));
    assertThat(manifest(sent(effects)).revision()).isEqualTo(held.revision());

    List<HubEffect> next = scene.tell(applied(Scene.fleet(Map.of(APP, Map.of("threads", "1")))));
    assertThat(Scene.all(HubEffect.CloseSession.class, next)).isEmpty();
  }

  @Test
  void aDeviceThatCannotBeServedDoesNotKeepTheOthersFromIt() {
    EnrolResponse broken = scene.joined("broken");
    SessionId its = scene.connected(broken, scene.birth("boot-1", 1));
    EnrolResponse other = scene.joined("other");
    scene.connected(other, scene.birth("boot-1", 1));
    store.refuse(
        change ->
            change instanceof HubChange.DocumentPut put
                && put.document().device().equals(broken.device()));
    scene.command(new AdminCommand.PushRelease(Scene.release("embedding", "1.0")));

    List<HubEffect> effects = scene.tell(assigned());

    assertThat(Scene.one(HubEffect.SendDesired.class, effects).device()).isEqualTo(other.device());
    assertThat(Scene.one(HubEffect.CloseSession.class, effects).session()).isEqualTo(its);
  }

  @Test
  void whatNobodyAcknowledgesIsHeldWhenTheDeviceReportsIt() {
    scene.devicesTake = false;
    SessionId session = scene.open(identity.device(), Scene.serialOf(identity));
    HubEffect.SendDesired sent = Scene.one(HubEffect.SendDesired.class, born(session));

    scene.tell(new HubEvent.DesiredSent(session, identity.device(), sent.manifest()));
    assertThat(store.load().heldManifests).doesNotContainKey(identity.device());

    report(session, state(1, sent.manifest()));
    assertThat(store.load().heldManifests).containsEntry(identity.device(), sent.manifest());
    scene.now += Documents.UNCONFIRMED_MILLIS_MAX + 1;
    assertThat(Scene.all(HubEffect.SendDesired.class, scene.tell(new HubEvent.Ticked()))).isEmpty();
  }

  @Test
  void whatNobodyReportsIsSentAgain() {
    scene.devicesTake = false;
    SessionId session = scene.open(identity.device(), Scene.serialOf(identity));
    HubEffect.SendDesired sent = Scene.one(HubEffect.SendDesired.class, born(session));
    scene.tell(new HubEvent.DesiredSent(session, identity.device(), sent.manifest()));
    assertThat(scene.tell(new HubEvent.Ticked())).isEmpty();

    scene.now += Documents.UNCONFIRMED_MILLIS_MAX + 1;

    assertThat(Scene.one(HubEffect.SendDesired.class, scene.tell(new HubEvent.Ticked())).manifest())
        .isEqualTo(sent.manifest());
  }

  @Test
  void aChangeFollowsADocumentThatNobodyAcknowledged() {
    scene.devicesTake = false;
    SessionId session = scene.open(identity.device(), Scene.serialOf(identity));
    HubEffect.SendDesired sent = Scene.one(HubEffect.SendDesired.class, born(session));
    scene.tell(new HubEvent.DesiredSent(session, identity.device(), sent.manifest()));

    scene.command(new AdminCommand.PushRelease(Scene.release("embedding", "1.0")));
    List<HubEffect> effects = scene.tell(assigned());

    assertThat(Scene.one(HubEffect.SendDesired.class, effects).manifest())
        .isNotEqualTo(sent.manifest());
  }

  @Test
  void whatADocumentThatNobodyAcknowledgedHasNoUseForIsSentOnceMore() {
    scene.command(new AdminCommand.PushRelease(Scene.release("embedding", "1.0")));
    SessionId session = scene.open(identity.device(), Scene.serialOf(identity));
    born(session);
    Map<String, String> first = sections(sent(scene.tell(assigned())));
    scene.devicesTake = false;
    HubEffect.SendDesired without =
        Scene.one(
            HubEffect.SendDesired.class,
            scene.tell(
                new HubEvent.AdminAsked(
                    scene.number(),
                    Scene.ALICE,
                    new AdminCommand.Unassign(
                        APP,
                        Scene.FLEET,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(Scene.FLEET.text())))));
    scene.tell(new HubEvent.DesiredSent(session, identity.device(), without.manifest()));

    // The device may have taken that one, and dropped the release.
    Map<String, String> again = sections(sent(scene.tell(assigned())));

    assertThat(again).containsAllEntriesOf(first);
  }

  @Test
  void aDocumentThatTheDeviceRefusedIsNotHeldThoughItsPacketWasAcknowledged() {
    DesiredManifest held = manifest(born(scene.birth("boot-1", 1)));
    Digest first = Digest.ofText(Json.write(held));
    SessionId session = scene.open(identity.device(), Scene.serialOf(identity));
    scene.tell(
        new HubEvent.PresenceSaid(
            session, identity.device(), scene.birth("boot-1", 2, held, digests(held))));
    scene.assign("embedding", "1.0");
    assertThat(store.load().heldManifests.get(identity.device())).isNotEqualTo(first);

    report(
        session,
        new Report.Row(
            1,
            "boot-1",
            0,
            1,
            new ReportBody.Happened(
                "desired-refused", null, null, new Reason.SectionMissing("trust"))),
        state(2, first));

    assertThat(store.load().heldManifests).containsEntry(identity.device(), first);
    assertThat(Scene.all(HubEffect.SendDesired.class, scene.tell(new HubEvent.Ticked()))).isEmpty();
  }

  private List<HubEffect> born(SessionId session) {
    return scene.tell(
        new HubEvent.PresenceSaid(session, identity.device(), scene.birth("boot-1", 1)));
  }

  private void report(SessionId session, Report.Row... rows) {
    scene.tell(new HubEvent.ReportSaid(session, identity.device(), scene.report(rows), 1));
  }

  private static Report.Row state(long sequence, Digest manifest) {
    return new Report.Row(
        sequence,
        "boot-1",
        0,
        sequence,
        new ReportBody.State(manifest, 1, List.of(), List.of(), Map.of()));
  }

  @Test
  void aDeviceOfOneShotToolsIsServedWhenItListens() {
    scene.connected(identity, scene.birth("boot-1", 1));
    scene.devicesTake = false;
    SessionId listening = scene.open(identity.device(), Scene.serialOf(identity));
    assertThat(scene.tell(new HubEvent.SessionSubscribed(listening, identity.device()))).isEmpty();
    assertThat(scene.tell(new HubEvent.Ticked())).isEmpty();

    scene.now += Documents.BIRTH_MILLIS_MAX;

    List<HubEffect> effects = scene.tell(new HubEvent.Ticked());
    assertThat(Scene.one(HubEffect.SendDesired.class, effects).session()).isEqualTo(listening);
    assertThat(sections(sent(effects))).isNotEmpty();
    assertThat(scene.tell(new HubEvent.Ticked())).isEmpty();
  }

  @Test
  void aBirthMayClaimSectionsThatADocumentSentBeforeItCameLetsTheDeviceDrop() {
    scene.assign("embedding", "1.0");
    DesiredManifest old = manifest(born(scene.birth("boot-1", 1)));
    closed();
    scene.apply(Scene.fleet(Map.of(APP, Map.of("threads", "2"))));
    scene.devicesTake = false;
    SessionId listening = scene.open(identity.device(), Scene.serialOf(identity));
    scene.tell(new HubEvent.SessionSubscribed(listening, identity.device()));
    scene.now += Documents.BIRTH_MILLIS_MAX;
    assertThat(Scene.all(HubEffect.SendDesired.class, scene.tell(new HubEvent.Ticked())))
        .hasSize(1);
    scene.apply(Scene.fleet(Map.of()));
    HubEvent birth =
        new HubEvent.PresenceSaid(
            listening, identity.device(), scene.birth("boot-1", 2, old, digests(old)));

    // Found by the simulation (seed 200687): the second of two made the hub forget what it had
    // reckoned with since.
    List<HubEffect> effects = scene.tell(birth, birth);

    assertThat(sections(sent(effects))).containsKey(Section.WORKLOADS);
  }

  @Test
  void aLostAcknowledgementIsSaidAgainAtTheNextBirth() {
    SessionId line = scene.connected(identity, scene.birth("boot-1", 1));
    scene.tell(
        new HubEvent.ReportSaid(
            line, identity.device(), scene.report(Scene.result(1), Scene.result(2)), 1));

    List<HubEffect> effects = connect(scene.birth("boot-1", 2));

    assertThat(Scene.one(HubEffect.SendAcked.class, effects).acked().through()).isEqualTo(2);
  }

  @Test
  void aSignatureThatNeverComesIsAskedForAgain() {
    scene.documentsAreSigned = false;
    connect(scene.birth("boot-1", 1));

    scene.now += Documents.SIGNING_MILLIS_MAX + 1;
    scene.documentsAreSigned = true;

    assertThat(sent(scene.tell(new HubEvent.Ticked()))).hasSize(1);
  }

  @Test
  void aFleetOfManyIsServedInSlices() {
    int many = Documents.SLICE_DEVICES * 3;
    for (int i = 0; i < many; i++) {
      scene.connected(scene.joined("device " + i), scene.birth("boot-1", 1));
    }
    scene.assign("embedding", "1.0");

    List<HubEffect> effects = scene.tell(applied(Scene.fleet(Map.of(APP, Map.of("threads", "1")))));

    assertThat(Scene.all(HubEffect.SendDesired.class, effects)).hasSize(many);
  }

  private List<DesiredUpdate> born(Presence.Birth birth) {
    return sent(connect(birth));
  }

  private List<HubEffect> connect(Presence.Birth birth) {
    SessionId session = scene.open(identity.device(), Scene.serialOf(identity));
    return scene.tell(new HubEvent.PresenceSaid(session, identity.device(), birth));
  }

  private void closed() {
    SessionId session = scene.open(identity.device(), Scene.serialOf(identity));
    scene.tell(new HubEvent.SessionClosed(session, identity.device(), true, ""));
  }

  private HubEvent assigned() {
    return new HubEvent.AdminAsked(
        scene.number(),
        Scene.ALICE,
        new AdminCommand.Assign(
            new ReleaseRef(APP, "1.0"),
            Scene.FLEET,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private HubEvent applied(dev.tombolo.hub.core.admin.AdminObject object) {
    return new HubEvent.AdminAsked(
        scene.number(),
        Scene.ALICE,
        new AdminCommand.Apply(List.of(object), Optional.empty(), false));
  }

  private static List<DesiredUpdate> sent(List<HubEffect> effects) {
    return Scene.one(HubEffect.SendDesired.class, effects).updates();
  }

  private static Map<String, String> sections(List<DesiredUpdate> updates) {
    Map<String, String> sections = new HashMap<>();
    updates.forEach(
        update -> update.sections().forEach(part -> sections.put(part.name(), part.text())));
    return sections;
  }

  private static List<WorkloadsSection.Selection> selected(Map<String, String> sections)
      throws MalformedException {
    return Json.read(
            WorkloadsSection.class,
            Scene.found(sections.get(Section.WORKLOADS)),
            Limits.SECTION_BYTES_MAX)
        .applications();
  }

  private static DesiredManifest manifest(List<DesiredUpdate> updates) {
    byte[] payload = Base64.getDecoder().decode(updates.getFirst().envelope().payload());
    try {
      return Json.read(DesiredManifest.class, payload, Limits.MANIFEST_BYTES_MAX);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Digest> digests(DesiredManifest manifest) {
    List<Digest> digests = new ArrayList<>();
    manifest.sections().forEach(section -> digests.add(section.digest()));
    return digests;
  }
}
