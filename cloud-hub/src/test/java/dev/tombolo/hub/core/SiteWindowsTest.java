package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.TimesLayer;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SiteWindowsTest {
  private static final SiteTimes NIGHTS =
      new SiteTimes(
          List.of(),
          List.of(Weekly.parse("22:00-06:00")),
          List.of(),
          List.of(SiteTimes.dates("2026-12-24")));

  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);

  private static AdminObject.Site site(SiteTimes times) {
    return new AdminObject.Site(
        Scene.SITE, Scene.FLEET, "", Map.of(), "Europe/Berlin", "", "", Map.of(), times);
  }

  private DesiredManifest manifest(DeviceId device) throws MalformedException {
    return Json.read(
        DesiredManifest.class, Scene.found(scene.state().documents.get(device)).payload(), 99_999);
  }

  private AdminAnswer lift(Duration life) {
    return scene.command(
        new AdminCommand.LiftWindows(Scene.SLOT, life, "ticket 4711", Optional.empty()));
  }

  private EnrolResponse connected() {
    EnrolResponse device =
        scene.enrol(scene.token(Optional.empty(), Optional.of(Scene.SLOT), 1), "counter");
    scene.connected(device, scene.birth("boot-1", 1));
    return device;
  }

  @Test
  void aSiteWithoutWindowsHasTheDocumentsItAlwaysHad() throws MalformedException {
    EnrolResponse device = connected();

    assertThat(manifest(device.device()).requires()).isEmpty();
    assertThat(manifest(device.device()).sections())
        .extracting(DesiredManifest.SectionRef::name)
        .doesNotContain(Section.WINDOWS);
  }

  @Test
  void windowsOfASiteReachItsDevicesAndMustBeUnderstood() throws MalformedException {
    EnrolResponse device = connected();
    scene.apply(site(NIGHTS));

    assertThat(manifest(device.device()).requires()).containsExactly("windows");
    assertThat(manifest(device.device()).sections())
        .extracting(DesiredManifest.SectionRef::name)
        .contains(Section.WINDOWS);
    assertThat(scene.apply(site(NIGHTS)))
        .isEqualTo(new AdminAnswer.Done(List.of("site " + Scene.SITE + " unchanged")));
  }

  @Test
  void aSiteThatSaysNoneHasNoneWhateverItsFleetHas() {
    scene.apply(
        new AdminObject.Fleet(
            Scene.FLEET, "", Map.of(), false, Map.of(), NIGHTS, Optional.empty()));
    SiteTimes none =
        new SiteTimes(List.of(), List.of(), List.of(), List.of(), Set.of(SiteTimes.FREEZES));
    scene.apply(site(none));

    SiteTimes inForce = timesInForce();
    assertThat(inForce.freezeDates()).isEmpty();
    assertThat(inForce.switching()).isEqualTo(NIGHTS.switching());

    scene.apply(
        site(
            new SiteTimes(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Set.of(SiteTimes.FREEZES, SiteTimes.SWITCH))));
    assertThat(timesInForce().isAny()).isTrue();
    scene.restart();
    assertThat(timesInForce().isAny()).isTrue();
  }

  private SiteTimes timesInForce() {
    return scene.state().timesOf(Scene.found(scene.state().sites.get(Scene.SITE)).content());
  }

  @Test
  void aDryRunTellsWhichDevicesGetOtherTimesAndAnotherZone() {
    connected();
    scene.enrolled("another");
    AdminObject.Site before = site(NIGHTS);
    scene.apply(before);
    SiteTimes later =
        new SiteTimes(
            List.of(), List.of(Weekly.parse("23:00-06:00")), List.of(), NIGHTS.freezeDates());

    assertThat(wouldGet(before)).isEmpty();
    assertThat(wouldGet(site(later))).containsExactly("windows.switch 2");
    assertThat(wouldGet(site(SiteTimes.ANY))).containsExactly("freezeDates 2", "windows.switch 2");
    assertThat(
            wouldGet(
                new AdminObject.Site(
                    Scene.SITE, Scene.FLEET, "", Map.of(), "UTC", "", "", Map.of(), NIGHTS)))
        .containsExactly("timeZone 2");
    assertThat(wouldGet(new AdminObject.Slot(Scene.SLOT, "Till", Map.of(), Map.of())))
        .containsExactly("displayName 1");
  }

  private List<String> wouldGet(AdminObject object) {
    AdminAnswer answer =
        scene.command(
            new AdminCommand.Apply(
                List.of(object), Optional.empty(), true, Optional.empty(), Map.of(), true));
    if (answer instanceof AdminAnswer.Done done && done.applied() != null) {
      return done.applied().reach().settings().stream()
          .map(it -> it.setting() + " " + it.devices())
          .toList();
    }
    throw new AssertionError("not done: " + answer);
  }

  @Test
  void whoGaveThemIsNotWhoChangedSomethingElseOfTheSite() {
    String title = "site " + Scene.SITE;
    scene.command(
        new AdminCommand.Apply(
            List.of(site(NIGHTS)),
            Optional.empty(),
            false,
            Optional.empty(),
            Map.of(title, new AdminCommand.Sources("shops.yaml", Map.of(SiteTimes.SWITCH, 7))),
            false));
    long then = scene.now;
    scene.now += 60_000;
    scene.apply(
        new AdminObject.Site(
            Scene.SITE,
            Scene.FLEET,
            "",
            Map.of(),
            "Europe/Berlin",
            "",
            "the owner, 555",
            Map.of(),
            NIGHTS));

    TimesLayer layer =
        SlotLayers.of(
                scene.state(),
                SlotLayers.ofFleet(scene.state(), Scene.FLEET),
                Scene.found(scene.state().sites.get(Scene.SITE)),
                Scene.SLOT)
            .times()
            .getFirst();
    assertThat(layer.given(SiteTimes.SWITCH).millis()).isEqualTo(then);
    assertThat(layer.given(SiteTimes.SWITCH).source()).isEqualTo("shops.yaml:7");
    assertThat(layer.given(SiteTimes.FREEZES).millis()).isEqualTo(then);
  }

  @Test
  void aPersonLiftsThemForAWhileAndItIsInTheAudit() throws MalformedException {
    EnrolResponse device = connected();
    scene.apply(site(NIGHTS));
    long revision = manifest(device.device()).revision();

    assertThat(lift(Duration.ofHours(4))).isInstanceOf(AdminAnswer.Done.class);

    assertThat(manifest(device.device()).revision()).isEqualTo(revision + 1);
    assertThat(scene.state().lifts.get(Scene.SLOT))
        .isEqualTo(new WindowLift(Scene.SLOT, scene.now + 4 * 3_600_000, scene.now, "user:alice"));
    scene.restart();
    assertThat(scene.state().lifts).containsKey(Scene.SLOT);
    scene.now += Duration.ofHours(4).toMillis();
    scene.tell(new HubEvent.Ticked());
    assertThat(scene.state().lifts).isEmpty();
    scene.restart();
    assertThat(scene.state().lifts).isEmpty();
  }

  @Test
  void whatCannotBeLiftedIsRefusedWithAReason() {
    assertThat(lift(Duration.ofHours(4)))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused -> assertThat(refused.reason()).isInstanceOf(Reason.Conflict.class));
    scene.apply(site(NIGHTS));
    assertThat(lift(Duration.ofDays(8)))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused -> assertThat(refused.reason()).isInstanceOf(Reason.InputInvalid.class));
  }

  @Test
  void aDocumentIsNotMadeAnewWhileTheYearIsTheSame() throws MalformedException {
    scene.apply(site(NIGHTS));
    EnrolResponse device = connected();
    long revision = manifest(device.device()).revision();
    scene.now += Duration.ofDays(40).toMillis();
    scene.connected(device, scene.birth("boot-2", 2));

    assertThat(manifest(device.device()).revision()).isEqualTo(revision);
  }

  @Test
  void aLiftThatHasEndedIsNoLongerInTheDocument() throws MalformedException {
    EnrolResponse device = connected();
    scene.apply(site(NIGHTS));
    DesiredManifest before = manifest(device.device());
    lift(Duration.ofHours(4));
    assertThat(manifest(device.device()).sections()).isNotEqualTo(before.sections());

    scene.now += Duration.ofHours(4).toMillis();
    scene.tell(new HubEvent.Ticked());

    assertThat(manifest(device.device()).sections()).isEqualTo(before.sections());
    assertThat(manifest(device.device()).revision()).isEqualTo(before.revision() + 2);
  }

  @Test
  void aDeviceThatStaysConnectedOverNewYearGetsTheYearsAhead() throws MalformedException {
    scene.now = java.time.Instant.parse("2026-12-31T23:50:00Z").toEpochMilli();
    EnrolResponse device = connected();
    scene.apply(site(NIGHTS));
    scene.tell(new HubEvent.Ticked());
    long revision = manifest(device.device()).revision();

    for (int day = 0; day < 40; day++) {
      scene.now += Duration.ofDays(1).toMillis();
      for (int tick = 0; tick < 4; tick++) {
        scene.tell(new HubEvent.Ticked());
      }
    }

    assertThat(manifest(device.device()).revision()).isEqualTo(revision + 1);
  }

  @Test
  void whatASiteDoesNotSayItsFleetSays() throws MalformedException {
    EnrolResponse device = connected();
    scene.apply(site(SiteTimes.ANY));
    long bare = manifest(device.device()).revision();

    scene.apply(
        new AdminObject.Fleet(
            Scene.FLEET, "Production", Map.of(), false, Map.of(), NIGHTS, Optional.empty()));

    assertThat(manifest(device.device()).revision()).isEqualTo(bare + 1);
    assertThat(manifest(device.device()).requires()).containsExactly("windows");
    DesiredManifest byFleet = manifest(device.device());
    scene.apply(site(NIGHTS));
    assertThat(manifest(device.device()).sections()).isEqualTo(byFleet.sections());
    assertThat(lift(Duration.ofHours(1))).isInstanceOf(AdminAnswer.Done.class);
  }

  @Test
  void eachKindOfTimesIsInheritedByItself() {
    SiteTimes fleet =
        new SiteTimes(
            List.of(Weekly.parse("21:00-07:00")),
            List.of(Weekly.parse("02:00-03:00")),
            List.of(),
            List.of(SiteTimes.dates("2026-12-24")));
    SiteTimes site =
        new SiteTimes(List.of(), List.of(Weekly.parse("04:00-05:00")), List.of(), List.of());

    assertThat(site.over(fleet))
        .isEqualTo(
            new SiteTimes(fleet.download(), site.switching(), List.of(), fleet.freezeDates()));
  }
}
