package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.RenderedSection;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Overruled;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What is done but for devices that nobody reaches holds nothing up.
class RolloutDoneTest extends RolloutScene {
  /// Done but for a dark one: a newer assignment is let through, counts for that one too, and the
  /// rollout waits for nobody any more.
  @Test
  void whatIsDoneButForDarkDevicesHoldsNothingUp() {
    doneButForOther();
    Digest third = pushed("3.0");

    AdminAnswer answer = assigned("3.0", Optional.empty());

    assertThat(answer)
        .isEqualTo(
            new AdminAnswer.Done(
                List.of(
                    "embedding@3.0 assigned to production",
                    "rollout r1 (embedding@2.0) is done but for 1 not reached yet; those that this"
                        + " reaches get it instead and leave the rollout")));
    scene.pass(Duration.ofSeconds(1));
    assertThat(rollout().isOutside(member(other))).isTrue();
    assertThat(rollout().state()).isInstanceOf(RolloutState.Completed.class);
    assertThat(rollout().counts().getLast().outside()).isEqualTo(1);
    assertThat(rollout().count(0).succeeded()).isEqualTo(1);
    scene.connected(other, scene.birth("boot-2", 1));
    assertThat(selected(other).release()).isEqualTo(third);
    assertThat(selected(other).isGated()).isFalse();

    scene.restart();
    assertThat(rollout().isOutside(member(other))).isTrue();
  }

  @Test
  void aDryRunSaysThatSomethingNewComesOverAnOpenRollout() {
    scene.apply(application("1.0"));
    doneButForOther();
    pushed("3.0");

    assertThat(warnings(application("3.0")))
        .containsExactly(
            "rollout r1 (embedding@2.0) is done but for 1 not reached yet; those that this reaches"
                + " get it instead and leave the rollout");
    assertThat(warnings(application("1.0"))).isEmpty();
    assertThat(scene.apply(application("3.0"))).isInstanceOf(AdminAnswer.Done.class);
  }

  /// One of the site has failed, nobody else there gets a permit: nobody is at it any more.
  @Test
  void whoIsLeftAloneForTheFailuresOfItsSiteHoldsNothingUp() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    SessionId beside = scene.connected(other, scene.birth("boot-2", 1));
    scene.now += 1_000;
    scene.command(
        new AdminCommand.CreateRollout(
            new ReleaseRef(APP, "2.0"),
            new Scope(Scene.FLEET, Set.of(), Map.of()),
            new RolloutPlan(
                List.of(),
                Budgets.USUAL,
                new AbortRule(0, 0, false),
                Duration.ofHours(1).toMillis(),
                null),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    says(line, canary, target, ApplicationStatus.Phase.ROLLED_BACK, old);
    says(beside, other, target, ApplicationStatus.Phase.STAGED, old);
    scene.pass(Duration.ofMinutes(11));
    pushed("3.0");

    assertThat(rollout().count(0).leftAlone()).isEqualTo(1);
    assertThat(assigned("3.0", Optional.empty()))
        .isEqualTo(
            new AdminAnswer.Done(
                List.of(
                    "embedding@3.0 assigned to production",
                    "rollout r1 (embedding@2.0) is done but for 1 left alone where others of the"
                        + " site failed; those that this reaches get it instead and leave the"
                        + " rollout")));
    scene.pass(Duration.ofSeconds(1));
    assertThat(rollout().state()).isInstanceOf(RolloutState.Completed.class);
  }

  /// It may be at it, and only its line be down for a moment. After its start the hub has heard of
  /// nobody.
  @Test
  void aRolloutIsDoneButForDarkDevicesOnlyWhenTheyHaveBeenDarkForAWhile() {
    doneButForOther();
    pushed("3.0");
    scene.restart();
    scene.pass(Duration.ofSeconds(1));
    assertThat(assigned("3.0", Optional.empty())).isInstanceOf(AdminAnswer.Refused.class);

    scene.pass(Duration.ofMinutes(9));
    assertThat(assigned("3.0", Optional.empty())).isInstanceOf(AdminAnswer.Refused.class);
    scene.pass(Duration.ofMinutes(1));
    assertThat(assigned("3.0", Optional.empty())).isInstanceOf(AdminAnswer.Done.class);
  }

  @Test
  void whoIsReachedAndUndecidedHoldsOthersUp() {
    doneButForOther();
    pushed("3.0");

    SessionId line = scene.connected(other, scene.birth("boot-2", 1));

    assertThat(assigned("3.0", Optional.empty())).isInstanceOf(AdminAnswer.Refused.class);
    sequence = 0;
    says(line, other, target, ApplicationStatus.Phase.STAGED, old);
    scene.tell(new HubEvent.SessionClosed(line, other.device(), true, ""));
    scene.pass(Duration.ofMinutes(30));
    assertThat(rollout().inFlight()).isEqualTo(1);
    assertThat(assigned("3.0", Optional.empty())).isInstanceOf(AdminAnswer.Refused.class);
  }

  @Test
  void aPausedRolloutIsKeptAsItIs() {
    doneButForOther();
    pushed("3.0");

    steer(AdminCommand.SteerRollout.Action.PAUSE);

    assertThat(assigned("3.0", Optional.empty())).isInstanceOf(AdminAnswer.Refused.class);
  }

  /// The others wait for their release as before; taken back, it is as if it had not been.
  @Test
  void whatASiteIsAssignedTakesOnlyItsOwnDevicesOutOfAnOpenRollout() {
    Name far = new Name("store-118");
    scene.apply(Scene.site(far));
    EnrolResponse there = scene.enrol(scene.token(Optional.of(far), Optional.empty(), 1), "there");
    doneButForOther();
    assertThat(rollout().counts().getLast().dark()).isEqualTo(2);
    pushed("3.0");

    assertThat(assigned("3.0", Optional.of(far))).isInstanceOf(AdminAnswer.Done.class);
    scene.pass(Duration.ofSeconds(1));

    assertThat(rollout().isOutside(member(there))).isTrue();
    assertThat(rollout().isOutside(member(other))).isFalse();
    assertThat(rollout().state()).isInstanceOf(RolloutState.Rolling.class);
    assertThat(rollout().counts().getLast().dark()).isEqualTo(1);

    assertThat(
            scene.command(
                new AdminCommand.Unassign(
                    APP, Scene.FLEET, Optional.of(far), Optional.empty(), Optional.empty())))
        .isInstanceOf(AdminAnswer.Done.class);
    scene.pass(Duration.ofSeconds(1));
    assertThat(rollout().isOutside(member(there))).isFalse();
    assertThat(rollout().counts().getLast().dark()).isEqualTo(2);
  }

  @Test
  void theDocumentNamesTheWaveToAgentsThatKnowOfIt() throws MalformedException {
    scene.features = List.of(Features.V1, Features.PERMITS);
    scene.connected(canary, scene.birth("boot-1", 1));
    create();
    assertThat(known(told(canary).gate()).waveName()).isEmpty();

    scene.features = List.of(Features.V1, Features.PERMITS, Features.WHY);
    scene.connected(canary, scene.birth("boot-2", 2));
    assertThat(known(told(canary).gate()).waveName()).isEqualTo("canary");
  }

  /// What the hub's `why` says of it, the device says with the line down.
  @Test
  void theDocumentSaysWhatOverrulesTheRollout() throws MalformedException {
    doneButForOther();
    pushed("3.0");
    at(other, "3.0");
    scene.pass(Duration.ofSeconds(1));
    scene.features = List.of(Features.V1, Features.PERMITS);
    scene.connected(other, scene.birth("boot-2", 1));
    assertThat(told(other).version()).isEqualTo("3.0");
    assertThat(told(other).overrules()).isNull();
    assertThat(told(canary).overrules()).isNull();

    scene.features = List.of(Features.V1, Features.PERMITS, Features.WHY);
    scene.connected(other, scene.birth("boot-3", 2));
    assertThat(told(other).overrules())
        .isEqualTo(new Overruled(new Name("r1"), "2.0", "device/" + slotOf(other)));

    scene.command(
        new AdminCommand.Unassign(
            APP, Scene.FLEET, Optional.empty(), Optional.of(slotOf(other)), Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    assertThat(told(other).overrules()).isNull();
  }

  private void at(EnrolResponse device, String version) {
    assertThat(
            scene.command(
                new AdminCommand.Assign(
                    new ReleaseRef(APP, version),
                    Scene.FLEET,
                    Optional.empty(),
                    Optional.of(slotOf(device)),
                    Optional.empty())))
        .isInstanceOf(AdminAnswer.Done.class);
  }

  /// What its newest document selects.
  private Selection told(EnrolResponse device) throws MalformedException {
    DesiredManifest manifest =
        Json.read(
            DesiredManifest.class,
            known(scene.state().documents.get(device.device())).payload(),
            Limits.MANIFEST_BYTES_MAX);
    Digest wanted =
        manifest.sections().stream()
            .filter(it -> it.name().equals(Section.WORKLOADS))
            .findFirst()
            .orElseThrow()
            .digest();
    for (RenderedSection each :
        new Rendered(scene.state()).of(slotOf(device), scene.now).sections()) {
      if (each.section().digest().equals(wanted)) {
        return Json.read(WorkloadsSection.class, each.section().text(), Limits.SECTION_BYTES_MAX)
            .applications()
            .getFirst();
      }
    }
    throw new AssertionError("its newest document is not what is selected for it");
  }

  private List<String> warnings(AdminObject object) {
    AdminAnswer answer =
        scene.command(
            new AdminCommand.Apply(
                List.of(object), Optional.empty(), true, Optional.empty(), Map.of(), true));
    if (answer instanceof AdminAnswer.Done done && done.applied() != null) {
      return done.applied().warnings();
    }
    throw new AssertionError("not done: " + answer);
  }

  /// Each of its devices has it; nobody is in the second wave, which waits for a yes.
  @Test
  void whatIsDoneButForAnEmptyWaveHoldsNothingUp() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    scene.now += 1_000;
    Scope one =
        new Scope(
            Scene.FLEET, Set.of(), Map.of(PlaceFacts.SLOT_LABEL, slotOf(canary).slot().text()));
    Wave first = new Wave("canary", new Pick.Count(1), new Gate(100, 3_600_000, true));
    scene.command(creation("2.0", one, List.of(first), Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    pushed("3.0");
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(assigned("3.0", Optional.empty())).isInstanceOf(AdminAnswer.Refused.class);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    assertThat(rollout().state()).isInstanceOf(RolloutState.Rolling.class);

    assertThat(assigned("3.0", Optional.empty()))
        .isEqualTo(new AdminAnswer.Done(List.of("embedding@3.0 assigned to production")));
  }

  /// Counts are written down once a second, but for the last ones.
  @Test
  void whoReadsThatItHasEndedReadsHowManyHaveIt() {
    completed(Duration.ofMillis(100));

    assertThat(rollout().counted()).isEqualTo(rollout().counts());
    assertThat(rollout().counted().getLast().succeeded()).isEqualTo(1);
  }
}
