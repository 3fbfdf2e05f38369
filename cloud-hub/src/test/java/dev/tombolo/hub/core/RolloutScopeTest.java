package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Whom a rollout is about, as devices come and labels and destinations change.
class RolloutScopeTest extends RolloutScene {
  @Test
  void aDryRunKnowsWhoJoinsARollout() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    scene.connected(other, scene.birth("boot-2", 1));
    toPilots(canary);
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    assertThat(rollout().state()).isInstanceOf(RolloutState.Completed.class);
    AdminObject pilot = new AdminObject.Slot(slotOf(other), "", Map.of("tier", "pilot"), Map.of());

    assertThat(wouldChange(pilot)).isEqualTo(1);
    labelled(other, Map.of("tier", "pilot"));
    assertThat(selected(other).release()).isEqualTo(target);
    assertThat(wouldChange(pilot)).isZero();
  }

  @Test
  void aDryRunKnowsWhoJoinsAWaveThatIsNotOpen() {
    scene.connected(canary, scene.birth("boot-1", 1));
    labelled(canary, Map.of("tier", "pilot"));
    scene.now += 1_000;
    scene.command(
        creation(
            new Scope(Scene.FLEET, Set.of(), Map.of("tier", "pilot")),
            List.of(
                new Wave(
                    "canary", new Pick.Listed(Set.of(slotOf(canary))), new Gate(100, 0, false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));

    assertThat(
            wouldChange(new AdminObject.Slot(slotOf(other), "", Map.of("tier", "pilot"), Map.of())))
        .isZero();
  }

  @Test
  void aDeviceThatComesLaterTakesPartInTheLastWave() {
    create();
    EnrolResponse late = scene.joined("late");

    scene.connected(late, scene.birth("boot-9", 1));

    assertThat(rollout().wave(member(late))).isEqualTo(1);
  }

  @Test
  void aDeviceThatGetsTheLabelTakesPartWithoutComingAgain() {
    scene.connected(other, scene.birth("boot-2", 1));
    scene.now += 1_000;
    Scope pilots = new Scope(Scene.FLEET, Set.of(), Map.of("tier", "pilot"));
    scene.apply(new AdminObject.Slot(slotOf(canary), "", Map.of("tier", "pilot"), Map.of()));
    assertThat(scene.command(creation(pilots, List.of(), Optional.empty())))
        .isEqualTo(new AdminAnswer.RolloutMade(FIRST));
    scene.pass(Duration.ofSeconds(1));
    assertThat(member(other)).isNegative();

    scene.apply(new AdminObject.Slot(slotOf(other), "", Map.of("tier", "pilot"), Map.of()));
    scene.pass(Duration.ofSeconds(1));

    assertThat(member(other)).isNotNegative();
  }

  @Test
  void aDeviceThatLosesTheLabelHoldsNothingUpAndComesBackWithIt() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    SessionId second = scene.connected(other, scene.birth("boot-2", 1));
    toPilots(canary, other);
    assertThat(rollout().count(0).total()).isEqualTo(2);
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    sequence = 0;
    says(second, other, target, ApplicationStatus.Phase.FETCHING, old);
    assertThat(selected(other).release()).isEqualTo(target);

    labelled(other, Map.of());

    assertThat(rollout().count(0).total()).isEqualTo(1);
    assertThat(rollout().count(0).outside()).isEqualTo(1);
    assertThat(rollout().state()).isInstanceOf(RolloutState.Completed.class);
    assertThat(selected(other).release()).isEqualTo(old);
    assertThat(selected(canary).release()).isEqualTo(target);

    scene.restart();
    assertThat(rollout().isOutside(member(other))).isTrue();
    labelled(other, Map.of("tier", "pilot"));

    assertThat(rollout().count(0).outside()).isZero();
    assertThat(rollout().count(0).total()).isEqualTo(2);
    assertThat(selected(other).release()).isEqualTo(target);
    assertThat(selected(other).isGated()).isTrue();
  }

  @Test
  void aDryRunKnowsWhoLeavesARollout() {
    scene.connected(canary, scene.birth("boot-1", 1));
    toPilots(canary, other);
    assertThat(selected(canary).release()).isEqualTo(target);

    assertThat(wouldChange(new AdminObject.Slot(slotOf(canary), "", Map.of(), Map.of())))
        .isEqualTo(1);
    assertThat(
            wouldChange(
                new AdminObject.Slot(slotOf(canary), "", Map.of("tier", "pilot"), Map.of())))
        .isZero();
  }

  @Test
  void whoseLabelHasChangedHearsSo() {
    scene.connected(canary, scene.birth("boot-1", 1));
    toPilots(canary, other);

    labelled(canary, Map.of("tier", "usual"));

    assertThat(why(canary)).containsExactly(new Reason.RolloutLeft("r1", "tier=pilot", APP.text()));
  }

  /// Nobody waits for it, and nobody counts it, before it comes again.
  @Test
  void aDarkDeviceThatLosesTheLabelLeavesTheRollout() {
    scene.connected(canary, scene.birth("boot-1", 1));
    toPilots(canary, other);
    assertThat(rollout().count(0).dark()).isEqualTo(1);

    labelled(other, Map.of());

    assertThat(rollout().count(0).dark()).isZero();
    assertThat(rollout().count(0).outside()).isEqualTo(1);
  }

  /// Its document was never made anew, so that it has nothing to say when it comes again.
  @Test
  void whoWasReadyAndLeftInTheDarkIsReadyWhenItIsBack() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    toPilots(canary, other);
    steer(AdminCommand.SteerRollout.Action.PAUSE);
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.READY);
    scene.tell(new HubEvent.SessionClosed(line, canary.device(), true, ""));

    labelled(canary, Map.of());
    assertThat(rollout().isOutside(member(canary))).isTrue();
    labelled(canary, Map.of("tier", "pilot"));

    assertThat(rollout().isOutside(member(canary))).isFalse();
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.READY);
  }

  /// What it said of the release stays said.
  @Test
  void whoHasSucceededStaysCountedAndKeepsTheRelease() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    toPilots(canary, other);
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);

    labelled(canary, Map.of());

    assertThat(rollout().count(0).succeeded()).isEqualTo(1);
    assertThat(selected(canary).release()).isEqualTo(target);
  }

  /// By a destination this time. Its permit is taken back, and its site's budget is free again.
  @Test
  void whoIsNoLongerMeantGivesItsPermitBack() {
    goesTo(Map.of("size", "large"));
    labelled(canary, Map.of("size", "large"));
    labelled(other, Map.of("size", "large"));
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    SessionId second = scene.connected(other, scene.birth("boot-2", 1));
    scene.now += 1_000;
    scene.command(
        creation(
            List.of(
                new Wave(
                    "both",
                    new Pick.Listed(Set.of(slotOf(canary), slotOf(other))),
                    new Gate(100, 0, false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.PERMITTED);
    sequence = 0;
    says(second, other, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(rollout().phase(member(other))).isEqualTo(Phase.READY);

    labelled(canary, Map.of());
    assertThat(applications(canary)).isEmpty();
    assertThat(rollout().inFlight()).isEqualTo(1);
    sequence = 10;
    gone(line, canary);

    assertThat(rollout().phase(member(other))).isEqualTo(Phase.PERMITTED);
    assertThat(rollout().isOut(member(canary))).isFalse();
  }

  /// It waited for its site's budget, and must not get what frees it.
  @Test
  void whoIsNoLongerMeantGetsNoPermit() {
    goesTo(Map.of("size", "large"));
    labelled(canary, Map.of("size", "large"));
    labelled(other, Map.of("size", "large"));
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    SessionId second = scene.connected(other, scene.birth("boot-2", 1));
    scene.now += 1_000;
    scene.command(
        creation(
            List.of(
                new Wave(
                    "both",
                    new Pick.Listed(Set.of(slotOf(canary), slotOf(other))),
                    new Gate(100, 0, false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    sequence = 0;
    says(second, other, target, ApplicationStatus.Phase.STAGED, old);

    labelled(other, Map.of());
    sequence = 10;
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);

    assertThat(rollout().isOut(member(other))).isFalse();
    assertThat(rollout().state()).isInstanceOf(RolloutState.Completed.class);
  }

  @Test
  void whoComesLaterAndIsNamedByAWaveTakesPartInThatOne() {
    scene.now += 1_000;
    Wave first =
        new Wave("pilots", new Pick.Labelled(Map.of("tier", "pilot")), new Gate(100, 0, false));
    Scope large = new Scope(Scene.FLEET, Set.of(), Map.of("size", "large"));
    labelled(canary, Map.of("tier", "pilot", "size", "large"));
    scene.command(creation(large, List.of(first), Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    scene.connected(other, scene.birth("boot-2", 1));

    labelled(other, Map.of("tier", "pilot", "size", "large"));

    assertThat(rollout().wave(member(other))).isZero();
  }

  /// Every slot has them, as for sync policies.
  @Test
  void aRolloutMayNameItsDevicesByTheNamesOfSitesAndSlots() {
    String slot = slotOf(canary).slot().text();
    Wave first =
        new Wave(
            "named",
            new Pick.Labelled(
                Map.of(
                    PlaceFacts.SLOT_LABEL,
                    slot,
                    PlaceFacts.SITE_LABEL,
                    slotOf(canary).site().text())),
            new Gate(100, 0, false));
    scene.now += 1_000;
    scene.command(creation(List.of(first), Optional.empty()));
    scene.pass(Duration.ofSeconds(1));

    assertThat(rollout().wave(member(canary))).isZero();
    assertThat(rollout().wave(member(other))).isEqualTo(1);
  }

  @Test
  void aRolloutForOneSlotNameIsForThoseAlone() {
    String slot = slotOf(canary).slot().text();
    Scope named = new Scope(Scene.FLEET, Set.of(), Map.of(PlaceFacts.SLOT_LABEL, slot));
    scene.now += 1_000;
    scene.command(creation(named, List.of(), Optional.empty()));
    scene.pass(Duration.ofSeconds(1));

    assertThat(rollout().size()).isEqualTo(1);
    assertThat(rollout().find(slotOf(canary))).isZero();
    assertThat(rollout().outside()).isZero();
    scene.connected(canary, scene.birth("boot-1", 1));
    assertThat(rollout().outside()).isZero();
    assertThat(selected(canary).release()).isEqualTo(target);
  }

  /// Nobody looks at it once it goes on, before some have got permits.
  @Test
  void whoLosesTheLabelOfAnAbortedRolloutIsNotTriedAgain() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    toPilots(canary, other);
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    steer(AdminCommand.SteerRollout.Action.ABORT);

    labelled(other, Map.of());
    assertThat(rollout().isOutside(member(other))).isTrue();
    steer(AdminCommand.SteerRollout.Action.RETRY);
    scene.pass(Duration.ofSeconds(1));

    assertThat(rollout().state()).isInstanceOf(RolloutState.Completed.class);
  }

  /// The last policy goes: the application goes everywhere again.
  @Test
  void whereADestinationIsTakenAwayDarkDevicesComeBack() {
    goesTo(Map.of("size", "large"));
    labelled(canary, Map.of("size", "large"));
    labelled(other, Map.of("size", "large"));
    doneButForOther();
    labelled(other, Map.of());
    assertThat(rollout().isOutside(member(other))).isTrue();

    assertThat(scene.apply(application("1.0"))).isInstanceOf(AdminAnswer.Done.class);
    scene.pass(Duration.ofSeconds(1));

    assertThat(rollout().isOutside(member(other))).isFalse();
  }

  /// Labels of the scope do not make destinations mean nothing.
  @Test
  void aDryRunKnowsWhoIsLeftOutByADestinationThoughLabelsAreSaid() {
    scene.apply(application("1.0"));
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    toPilots(canary, other);
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    scene.pass(Duration.ofMinutes(1));
    scene.pass(Duration.ofMinutes(10));
    scene.pass(Duration.ofMinutes(10));
    goesTo(Map.of("tier", "pilot"));
    scene.pass(Duration.ofSeconds(1));
    goesTo(Map.of("size", "large"));
    scene.pass(Duration.ofSeconds(1));
    assertThat(rollout().isOutside(member(other))).isTrue();
    assertThat(applications(other)).isEmpty();
    assertThat(
            wouldChange(new AdminObject.Slot(slotOf(other), "", Map.of("tier", "pilot"), Map.of())))
        .isZero();
  }

  /// Labels change again while a walk is under way: it goes on from where it is.
  @Test
  void whoIsInARolloutIsLookedAtASliceATickAndFromWhereItWas() {
    int many = 2 * RolloutDriver.LOOK_SLICE;
    for (int i = 0; i < many; i++) {
      scene.enrol(scene.token(Optional.of(Scene.SITE), Optional.empty(), 1), "more-" + i);
    }
    scene.apply(labelledSite(Map.of("tier", "pilot")));
    scene.now += 1_000;
    scene.command(
        creation(
            new Scope(Scene.FLEET, Set.of(), Map.of("tier", "pilot")),
            List.of(new Wave("all", new Pick.Count(1_000), new Gate(100, 0, false))),
            Optional.empty()));
    for (int i = 0; i < 10; i++) {
      scene.pass(Duration.ofSeconds(1));
    }
    int size = rollout().size();
    assertThat(size).isEqualTo(many + 2);
    assertThat(rollout().leftToLook()).isZero();
    HubState state = scene.state();
    RolloutDriver driver = new RolloutDriver(state, new Rendered(state));
    int from = rollout().nextToLook() % size;

    state.apply(sitePut(Map.of()));
    ticked(driver);
    assertThat(rollout().outside()).isEqualTo(RolloutDriver.LOOK_SLICE);
    assertThat(rollout().leftToLook()).isEqualTo(size - RolloutDriver.LOOK_SLICE);
    state.apply(sitePut(Map.of("size", "large")));
    ticked(driver);

    assertThat(rollout().outside()).isEqualTo(2 * RolloutDriver.LOOK_SLICE);
    assertThat(rollout().leftToLook()).isEqualTo(size - RolloutDriver.LOOK_SLICE);
    assertThat(rollout().nextToLook()).isEqualTo((from + 2 * RolloutDriver.LOOK_SLICE) % size);
    for (int i = 0; i < 4; i++) {
      ticked(driver);
    }
    assertThat(rollout().outside()).isEqualTo(size);
    assertThat(rollout().leftToLook()).isZero();
  }

  /// One look at the time, and nothing after it.
  private void ticked(RolloutDriver driver) {
    StepDraft draft = new StepDraft(scene.now, scene.state().lastAudit);
    driver.tick(draft);
    draft.finish().changes().forEach(scene.state()::apply);
  }

  private HubChange sitePut(Map<String, String> labels) {
    Kept<AdminObject.Site> before = known(scene.state().sites.get(Scene.SITE));
    return new HubChange.SitePut(
        new Kept<>(before.id(), labelledSite(labels), before.generation() + 1, scene.now, "alice"));
  }

  private static AdminObject.Site labelledSite(Map<String, String> labels) {
    return new AdminObject.Site(
        Scene.SITE, Scene.FLEET, "", labels, "Europe/Berlin", "", "", Map.of());
  }

  private void goesTo(Map<String, String> labels) {
    scene.apply(
        new AdminObject.Application(
            APP,
            Scene.FLEET,
            Optional.of(new ReleaseRef(APP, "1.0")),
            "",
            Map.of(),
            Map.of(),
            List.of(new SyncPolicy(new Selector(labels, List.of()), List.of()))));
  }

  /// Both in one wave of a rollout for those with the label.
  private void toPilots(EnrolResponse... devices) {
    for (EnrolResponse device : devices) {
      labelled(device, Map.of("tier", "pilot"));
    }
    scene.now += 1_000;
    Wave all = new Wave("all", new Pick.Labelled(Map.of("tier", "pilot")), new Gate(100, 0, false));
    scene.command(
        creation(
            new Scope(Scene.FLEET, Set.of(), Map.of("tier", "pilot")),
            List.of(all),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
  }

  /// The application is taken off, as its document says by now.
  private void gone(SessionId line, EnrolResponse device) {
    ReportBody body = new ReportBody.State(manifest(device), 1, List.of(), List.of(), Map.of());
    scene.tell(
        new HubEvent.ReportSaid(
            line,
            device.device(),
            scene.report(new Report.Row(++sequence, "boot-1", 0, 0, body)),
            1));
    scene.pass(Duration.ofSeconds(1));
  }

  @Test
  void aDestinationThatGetsNarrowerAfterARolloutTakesTheApplicationAway() {
    scene.apply(application("1.0"));
    completed();
    AdminObject narrower = narrower();

    assertThat(wouldChange(narrower)).isEqualTo(1);
    assertThat(scene.apply(narrower)).isInstanceOf(AdminAnswer.Done.class);
    assertThat(applications(canary)).containsExactly(APP);
    assertThat(applications(other)).isEmpty();
  }

  @Test
  void destinationsDoNotChangeWhileItRolls() {
    scene.apply(application("1.0"));
    create();

    assertThat(scene.apply(narrower())).isInstanceOf(AdminAnswer.Refused.class);
    steer(AdminCommand.SteerRollout.Action.ABORT);
    assertThat(scene.apply(narrower())).isInstanceOf(AdminAnswer.Done.class);
  }

  private AdminObject narrower() {
    Selector selector =
        new Selector(Map.of("tombolo.io/slot", slotOf(canary).slot().text()), List.of());
    return new AdminObject.Application(
        APP,
        Scene.FLEET,
        Optional.of(new ReleaseRef(APP, "1.0")),
        "",
        Map.of(),
        Map.of("threads", "1"),
        List.of(new SyncPolicy(selector, List.of())));
  }

  @Test
  void onlyWhereTheApplicationGoesDevicesTakePart() {
    Name large = new Name("store-118");
    scene.apply(
        new AdminObject.Site(
            large, Scene.FLEET, "", Map.of("size", "large"), "Europe/Berlin", "", "", Map.of()),
        new AdminObject.Application(
            APP,
            Scene.FLEET,
            Optional.of(new ReleaseRef(APP, "1.0")),
            "",
            Map.of(),
            Map.of(),
            List.of(new SyncPolicy(new Selector(Map.of("size", "large"), List.of()), List.of()))));
    EnrolResponse there =
        scene.enrol(scene.token(Optional.of(large), Optional.empty(), 1), "there");
    create();
    EnrolResponse late = scene.joined("late");
    scene.connected(late, scene.birth("boot-9", 1));

    assertThat(member(there)).isNotNegative();
    assertThat(member(canary)).isNegative();
    assertThat(member(late)).isNegative();
  }

  private List<Name> applications(EnrolResponse device) {
    return selections(device).stream().map(Selection::name).toList();
  }
}
