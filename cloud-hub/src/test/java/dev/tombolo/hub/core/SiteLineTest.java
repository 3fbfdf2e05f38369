package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.RenderedSection;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.window.BitRate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SiteLineTest {
  private static final LineRules TWO = rules("08:00-20:00 2Mbit/s");
  private static final LineRules FIVE = rules("00:00-24:00 5Mbit/s");
  private static final LineRules NONE = new LineRules(List.of());
  private static final TransferPause.Place SLOT = TransferPause.Place.of(Scene.SLOT);
  private static final TransferPause.Place SITE = TransferPause.Place.of(Scene.SITE);

  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);
  private final EnrolResponse device = connected();

  private static LineRules rules(String limit) {
    return new LineRules(List.of(LineRules.Limit.parse(limit)));
  }

  private EnrolResponse connected() {
    EnrolResponse joined =
        scene.enrol(scene.token(Optional.empty(), Optional.of(Scene.SLOT), 1), "counter");
    scene.connected(joined, scene.birth("boot-1", 1));
    return joined;
  }

  private void site(Optional<LineRules> line) {
    scene.apply(
        new AdminObject.Site(
            Scene.SITE,
            Scene.FLEET,
            "",
            Map.of(),
            "Europe/Berlin",
            "",
            "",
            Map.of(),
            SiteTimes.ANY,
            line));
  }

  private void fleet(Optional<LineRules> line) {
    scene.apply(
        new AdminObject.Fleet(Scene.FLEET, "", Map.of(), false, Map.of(), SiteTimes.ANY, line));
  }

  @Test
  void aDryRunTellsWhichDevicesMayUseTheirLineInAnotherWay() {
    fleet(Optional.of(FIVE));

    assertThat(fleetWouldReach(Optional.of(FIVE))).isZero();
    assertThat(fleetWouldReach(Optional.of(TWO))).isEqualTo(1);
    site(Optional.of(NONE));
    assertThat(fleetWouldReach(Optional.of(TWO))).isZero();
  }

  private long fleetWouldReach(Optional<LineRules> line) {
    AdminObject changed =
        new AdminObject.Fleet(Scene.FLEET, "", Map.of(), false, Map.of(), SiteTimes.ANY, line);
    AdminAnswer answer =
        scene.command(
            new AdminCommand.Apply(
                List.of(changed), Optional.empty(), true, Optional.empty(), Map.of(), true));
    if (answer instanceof AdminAnswer.Done done && done.applied() != null) {
      return done.applied().reach().changed();
    }
    throw new AssertionError("not done: " + answer);
  }

  private DesiredManifest manifest() throws MalformedException {
    DeviceId id = device.device();
    return Json.read(
        DesiredManifest.class, Scene.found(scene.state().documents.get(id)).payload(), 99_999);
  }

  private Optional<LineSection> line() throws MalformedException {
    for (RenderedSection rendered :
        new Rendered(scene.state()).of(Scene.SLOT, scene.now).sections()) {
      Section section = rendered.section();
      if (section.name().equals(Section.LINE)) {
        assertThat(manifest().sections())
            .contains(new DesiredManifest.SectionRef(Section.LINE, section.digest()));
        return Optional.of(Json.read(LineSection.class, section.text(), 99_999));
      }
    }
    return Optional.empty();
  }

  private AdminAnswer pause(TransferPause.Place place, String why) {
    return scene.command(new AdminCommand.PauseTransfers(place, why, Optional.empty()));
  }

  private AdminAnswer resume(TransferPause.Place place) {
    return scene.command(new AdminCommand.ResumeTransfers(place, "over", Optional.empty()));
  }

  private List<BitRate> limits() throws MalformedException {
    return line().orElseThrow().bandwidth().stream()
        .map(LineSection.Limit::rate)
        .distinct()
        .toList();
  }

  @Test
  void withoutRulesADocumentIsAsItAlwaysWas() throws MalformedException {
    assertThat(manifest().requires()).isEmpty();
    assertThat(line()).isEmpty();
    site(Optional.of(NONE));
    assertThat(line()).isEmpty();
  }

  /// By it the edge port holds what the site's devices fetch together.
  @Test
  void theEdgePortKnowsTheRulesOfADevicesSite() {
    assertThat(scene.directory().line(device.device())).isEmpty();

    fleet(Optional.of(FIVE));
    assertThat(scene.directory().line(device.device()))
        .contains(new SiteLine(Scene.SITE, "Europe/Berlin", FIVE));
    site(Optional.of(TWO));
    assertThat(scene.directory().line(device.device()))
        .contains(new SiteLine(Scene.SITE, "Europe/Berlin", TWO));
    site(Optional.of(NONE));
    assertThat(scene.directory().line(device.device())).isEmpty();
  }

  @Test
  void aSitesRulesReachItsDevicesAndMustBeUnderstood() throws MalformedException {
    site(Optional.of(TWO));

    assertThat(manifest().requires()).containsExactly("line");
    assertThat(limits()).containsExactly(BitRate.parse("2Mbit/s"));
    assertThat(line().orElseThrow().bandwidth()).hasSize(7);
    assertThat(line().orElseThrow().pause()).isNull();
  }

  @Test
  void anAgentTooOldForItIsToldTheRestAndAllOfItOnceItIsUpdated() throws MalformedException {
    scene.features = List.of(Features.V1, Features.PERMITS);
    scene.connected(device, scene.birth("boot-2", 2));
    site(Optional.of(TWO));
    AdminAnswer paused = pause(SITE, "the tills are slow");

    assertThat(manifest().requires()).isEmpty();
    assertThat(line()).isEmpty();
    assertThat(((AdminAnswer.Done) paused).changes())
        .contains(Scene.SLOT + " goes on: its agent is too old to be told; update it");
    long revision = manifest().revision();

    scene.features = List.of(Features.V1, Features.LINE);
    scene.connected(device, scene.birth("boot-3", 3));
    assertThat(manifest().revision()).isGreaterThan(revision);
    assertThat(manifest().requires()).containsExactly("line");
    assertThat(line().orElseThrow().pause()).isNotNull();
  }

  @Test
  void whatAnAgentKnowsIsKnownAfterARestart() throws MalformedException {
    scene.features = List.of(Features.V1);
    scene.connected(device, scene.birth("boot-2", 2));
    site(Optional.of(TWO));

    assertThat(store.load().lacks(Scene.SLOT, Features.LINE)).isTrue();
    assertThat(store.load().lacks(Scene.SLOT, Features.V1)).isFalse();
    assertThat(line()).isEmpty();
  }

  @Test
  void aFleetsRulesHoldWhereASiteSaysNothingOfItsOwn() throws MalformedException {
    fleet(Optional.of(FIVE));
    assertThat(limits()).containsExactly(BitRate.parse("5Mbit/s"));

    site(Optional.of(TWO));
    assertThat(limits()).containsExactly(BitRate.parse("2Mbit/s"));

    site(Optional.of(NONE));
    assertThat(line()).isEmpty();

    site(Optional.empty());
    assertThat(limits()).containsExactly(BitRate.parse("5Mbit/s"));
  }

  @Test
  void aPauseIsInTheSignedDocumentWithWhoAndWhyAndSurvivesARestart() throws MalformedException {
    long revision = manifest().revision();

    assertThat(pause(SLOT, "the tills are slow"))
        .isEqualTo(new AdminAnswer.Done(List.of(SLOT + " downloads paused")));

    assertThat(manifest().revision()).isEqualTo(revision + 1);
    assertThat(line().orElseThrow().pause())
        .isEqualTo(new LineSection.Pause("user:alice", "the tills are slow", scene.now));
    scene.restart();
    assertThat(scene.state().pauses).containsOnlyKeys(SLOT);
    assertThat(resume(SLOT)).isEqualTo(new AdminAnswer.Done(List.of(SLOT + " downloads resumed")));
    scene.restart();
    assertThat(scene.state().pauses).isEmpty();
  }

  @Test
  void aSitesPauseHoldsAllItsDevicesAndASlotsOwnStaysWhenItEnds() throws MalformedException {
    pause(SITE, "inventory");
    assertThat(line().orElseThrow().pause())
        .isEqualTo(new LineSection.Pause("user:alice", "inventory", scene.now));
    pause(SLOT, "broken");

    assertThat(resume(SITE))
        .isEqualTo(
            new AdminAnswer.Done(
                List.of(
                    SITE + " downloads resumed", SLOT + " stays paused by user:alice: broken")));
    assertThat(line().orElseThrow().pause())
        .isEqualTo(new LineSection.Pause("user:alice", "broken", scene.now));
  }

  @Test
  void whatCannotBePausedOrResumedIsRefusedWithAReason() {
    assertThat(refused(resume(SLOT))).isInstanceOf(Reason.Conflict.class);
    assertThat(refused(pause(SLOT, " "))).isInstanceOf(Reason.InputInvalid.class);
    assertThat(refused(pause(SLOT, "x".repeat(257)))).isInstanceOf(Reason.InputInvalid.class);
    assertThat(refused(pause(TransferPause.Place.of(new Name("nowhere")), "why")))
        .isInstanceOf(Reason.NotFound.class);
    pause(SITE, "inventory");
    assertThat(refused(resume(SLOT)))
        .isInstanceOfSatisfying(
            Reason.Conflict.class, it -> assertThat(it.toString()).contains("resume " + SITE));
  }

  private static Reason refused(AdminAnswer answer) {
    assertThat(answer).isInstanceOf(AdminAnswer.Refused.class);
    return ((AdminAnswer.Refused) answer).reason();
  }

  @Test
  void theYearsAheadOfLimitsAndOfAPauseComeOverNewYear() throws MalformedException {
    scene.now = Instant.parse("2026-12-31T23:50:00Z").toEpochMilli();
    fleet(Optional.of(TWO));
    scene.tell(new HubEvent.Ticked());
    long revision = manifest().revision();

    overNewYear();
    assertThat(manifest().revision()).isEqualTo(revision + 1);

    fleet(Optional.empty());
    pause(SLOT, "broken");
    revision = manifest().revision();
    scene.now = Instant.parse("2027-12-31T23:50:00Z").toEpochMilli();
    overNewYear();
    assertThat(manifest().revision()).isEqualTo(revision + 1);
  }

  private void overNewYear() {
    for (int day = 0; day < 40; day++) {
      scene.now += Duration.ofDays(1).toMillis();
      for (int tick = 0; tick < 4; tick++) {
        scene.tell(new HubEvent.Ticked());
      }
    }
  }

  @Test
  void sayingItAgainChangesNothing() throws MalformedException {
    pause(SLOT, "broken");
    long revision = manifest().revision();

    assertThat(pause(SLOT, "broken")).isInstanceOf(AdminAnswer.Done.class);

    assertThat(manifest().revision()).isEqualTo(revision);
  }
}
