package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Rollouts;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A newer rollout takes devices from an older one, and may give them back.
class RolloutsOfOneApplicationTest extends RolloutScene {
  /// A newer one had it for a while.
  @Test
  void whoComesBackFromANewerRolloutHasTheReleaseStagedNoMore() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    SessionId second = scene.connected(other, scene.birth("boot-2", 1));
    scene.now += 1_000;
    scene.command(
        creation(
            List.of(new Wave("all", new Pick.Count(10), new Gate(100, 0, false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    sequence = 0;
    says(second, other, target, ApplicationStatus.Phase.STAGED, old);
    Digest third = pushed("3.0");
    labelled(other, Map.of("tier", "pilot"));
    scene.now += 1_000;
    scene.command(
        creation(
            "3.0",
            new Scope(Scene.FLEET, Set.of(), Map.of("tier", "pilot")),
            List.of(new Wave("all", new Pick.Count(10), new Gate(100, 0, false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));

    says(second, other, third, ApplicationStatus.Phase.FETCHING, old);

    assertThat(rollout().phase(member(other))).isEqualTo(Phase.WAITING);
  }

  /// With its own release from before the oldest rollout, which still counts over that.
  @Test
  void aRolloutThatASiteStillHasItsReleaseFromIsNotForgotten() {
    assigned("1.0", Optional.of(Scene.SITE));
    completed();
    scene.now += 1;
    scene.assign("embedding", "3.0");
    assertThat(selected(canary).release()).isEqualTo(target);
    for (int i = 0; i < Rollouts.OF_APPLICATION_MAX; i++) {
      scene.now += 1;
      scene.command(
          creation(
              new Scope(Scene.FLEET, Set.of(), Map.of("no", "one")), List.of(), Optional.empty()));
      scene.pass(Duration.ofSeconds(1));
      scene.command(
          new AdminCommand.SteerRollout(
              new RolloutId(2 + i),
              AdminCommand.SteerRollout.Action.ABORT,
              "",
              false,
              Optional.empty()));
    }

    assertThat(scene.state().rollouts.find(FIRST)).isNotNull();
    assertThat(selected(canary).release()).isEqualTo(target);
    assertThat(scene.command(creation(List.of(), Optional.empty())))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            it ->
                assertThat(ReasonText.say(it.reason()))
                    .contains(
                        "16 are kept, as many as there may be, and the oldest, r1, still decides"
                            + " which release some devices run",
                        "'tombolo assign embedding@VERSION --fleet"));
  }

  /// Found by the simulation (seed 200350): when the newer one was aborted, what had failed there
  /// was selected again, without a gate.
  @Test
  void whoWentBackWhileANewerRolloutHadItHasNotSwitched() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    Digest third = takenOverWhileItProves(line);

    says(line, canary, third, ApplicationStatus.Phase.FETCHING, old);
    scene.command(
        new AdminCommand.SteerRollout(
            new RolloutId(2), AdminCommand.SteerRollout.Action.ABORT, "", false, Optional.empty()));

    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.WAITING);
    assertThat(rollout().inFlight()).isZero();
    assertThat(selected(canary).isGated()).isTrue();
  }

  /// Found by the simulation (seed 201279): without its gate the document was a new one when the
  /// probation failed, and the release was tried again without a permit.
  @Test
  void whoIsTakenOverWhileItProvesKeepsItsGateUntilItHasToldHowThatEnded() {
    SessionId line = proving();
    Selection before = selected(canary);

    scene.now += 1_000;
    scene.command(thirdForOtherFirst());
    scene.pass(Duration.ofSeconds(1));

    assertThat(selected(canary)).isEqualTo(before);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    assertThat(selected(canary).release()).isEqualTo(target);
    assertThat(selected(canary).isGated()).isFalse();
  }

  @Test
  void whoProvesAReleaseWhoseRolloutIsAbortedDoesNotTryItAgain() {
    SessionId line = proving();
    Selection before = selected(canary);

    steer(AdminCommand.SteerRollout.Action.ABORT);

    assertThat(selected(canary)).isEqualTo(before);
    says(line, canary, target, ApplicationStatus.Phase.ROLLED_BACK, old);
    assertThat(selected(canary).release()).isEqualTo(old);
    assertThat(selected(canary).isGated()).isFalse();
  }

  /// Found by the simulation (seed 201248): it may try again by the permit that it still has.
  @Test
  void whoIsTakenOverWhileItProvesFreesItsPlaceWhenItsPermitHasBeenTakenBack() {
    SessionId line = proving();
    steer(AdminCommand.SteerRollout.Action.ABORT);
    assertThat(permit(selected(canary))).isPresent();

    says(line, canary, target, ApplicationStatus.Phase.FETCHING, old);
    assertThat(rollout().inFlight()).isOne();
    assertThat(permit(selected(canary))).isEmpty();

    says(line, canary, target, ApplicationStatus.Phase.FETCHING, old);
    assertThat(rollout().inFlight()).isZero();
    assertThat(selected(canary).release()).isEqualTo(old);
  }

  private SessionId proving() {
    pushed("3.0");
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.PROBING, target);
    assertThat(permit(selected(canary))).isPresent();
    return line;
  }

  @Test
  void whatWasRolledBackIsNotGoneBackToWhenTheNextIsRolledBackToo() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    Digest third = pushed("3.0");
    RolloutId second = new RolloutId(2);
    scene.now += 1_000;
    scene.command(creation("3.0", List.of(), Optional.of(Scene.FLEET.text())));
    scene.pass(Duration.ofSeconds(1));
    says(line, canary, third, ApplicationStatus.Phase.STAGED, target);
    says(line, canary, third, ApplicationStatus.Phase.LIVE, third);
    assertThat(selected(canary).release()).isEqualTo(third);

    scene.command(
        new AdminCommand.SteerRollout(
            second, AdminCommand.SteerRollout.Action.ROLLBACK, "bad", false, Optional.empty()));
    assertThat(selected(canary).release()).isEqualTo(target);
    steered(AdminCommand.SteerRollout.Action.ROLLBACK, "bad, too");

    assertThat(selected(canary).release()).isEqualTo(old);
  }

  @Test
  void whatANewerRolloutHasTakenIsNoSuccessOfTheOlderOne() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    steer(AdminCommand.SteerRollout.Action.ABORT);
    scene.now += 1_000;
    scene.command(creation(Optional.empty()));
    scene.pass(Duration.ofSeconds(1));

    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);

    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.WAITING);
  }

  /// Named by both: the older one had not been through with it.
  @Test
  void whoLeavesANewerRolloutComesBackToTheOlderOne() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    SessionId second = scene.connected(other, scene.birth("boot-2", 1));
    create();
    Digest third = pushed("3.0");
    labelled(canary, Map.of("tier", "pilot"));
    scene.now += 1_000;
    scene.command(
        creation(
            "3.0",
            new Scope(Scene.FLEET, Set.of(), Map.of("tier", "pilot")),
            List.of(new Wave("all", new Pick.Count(10), new Gate(100, 0, false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    assertThat(selected(canary).release()).isEqualTo(third);
    assertThat(rollout().isSuperseded(member(canary))).isTrue();

    labelled(canary, Map.of());

    assertThat(rollout().isSuperseded(member(canary))).isFalse();
    assertThat(selected(canary).release()).isEqualTo(target);
    assertThat(selected(canary).isGated()).isTrue();
    assertThat(why(canary).getFirst()).isInstanceOf(Reason.RolloutStaging.class);
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.PERMITTED);
    assertThat(selected(other).release()).isEqualTo(old);
    scene.tell(new HubEvent.SessionClosed(second, other.device(), true, ""));

    labelled(canary, Map.of("tier", "pilot"));
    assertThat(selected(canary).release()).isEqualTo(third);
    assertThat(rollout().isSuperseded(member(canary))).isTrue();
    assertThat(rollout().inFlight()).isEqualTo(1);
    scene.restart();
    assertThat(rollout().isSuperseded(member(canary))).isTrue();
    labelled(canary, Map.of());
    scene.restart();
    assertThat(rollout().isSuperseded(member(canary))).isFalse();
  }

  /// All of them by a newer one, before a gate of the older was passed.
  @Test
  void whatWasTakenWholeHoldsNothingUp() {
    takenWhole();
    pushed("4.0");

    assertThat(rollout().state())
        .isInstanceOfSatisfying(
            RolloutState.Completed.class, it -> assertThat(it.openThrough()).isZero());
    assertThat(rollout().count(0).taken().total()).isEqualTo(1);
    scene.command(
        new AdminCommand.SteerRollout(
            new RolloutId(2), AdminCommand.SteerRollout.Action.ABORT, "", false, Optional.empty()));
    assertThat(assigned("4.0", Optional.empty()))
        .isEqualTo(new AdminAnswer.Done(List.of("embedding@4.0 assigned to production")));
  }

  /// Its gates are where they were: nobody gets by a label what the first wave has not proven.
  @Test
  void whoComesBackToARolloutThatWasTakenWholeComesBackToItsGates() {
    SessionId line = scene.connected(other, scene.birth("boot-1", 1));
    takenWhole();

    labelled(other, Map.of());

    assertThat(known(scene.state().lastAudit).action()).isEqualTo("rollout-goes-on");
    assertThat(rollout().isSuperseded(member(other))).isFalse();
    assertThat(rollout().state())
        .isInstanceOfSatisfying(
            RolloutState.Rolling.class, it -> assertThat(it.openThrough()).isZero());
    assertThat(why(other).getFirst()).isInstanceOf(Reason.WaveEmpty.class);
    assertThat(selected(other).release()).isEqualTo(old);
    assertThat(assigned("4.0", Optional.empty())).isInstanceOf(AdminAnswer.Refused.class);

    steer(AdminCommand.SteerRollout.Action.APPROVE);
    scene.pass(Duration.ofSeconds(1));
    says(line, other, target, ApplicationStatus.Phase.STAGED, old);
    says(line, other, target, ApplicationStatus.Phase.LIVE, target);
    assertThat(rollout().state())
        .isInstanceOfSatisfying(
            RolloutState.Completed.class, it -> assertThat(it.openThrough()).isEqualTo(1));
  }

  /// In its last wave, as whoever comes later.
  @Test
  void whoJoinsARolloutThatWasTakenWholeWaitsForItsGates() {
    takenWhole();
    EnrolResponse third = scene.joined("third");

    scene.connected(third, scene.birth("boot-3", 1));
    scene.pass(Duration.ofSeconds(1));

    assertThat(rollout().wave(member(third))).isEqualTo(1);
    assertThat(rollout().state())
        .isInstanceOfSatisfying(
            RolloutState.Rolling.class, it -> assertThat(it.openThrough()).isZero());
    assertThat(selected(third).release()).isEqualTo(old);
    assertThat(why(third).getFirst()).isInstanceOf(Reason.WaveEmpty.class);
  }

  /// By a newer rollout for all that have a label, as both have.
  private void takenWhole() {
    create();
    pushed("3.0");
    labelled(canary, Map.of("tier", "pilot"));
    labelled(other, Map.of("tier", "pilot"));
    scene.now += 1_000;
    scene.command(
        creation(
            "3.0",
            new Scope(Scene.FLEET, Set.of(), Map.of("tier", "pilot")),
            List.of(new Wave("all", new Pick.Count(10), new Gate(100, 0, false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    assertThat(rollout().isSuperseded(member(canary))).isTrue();
    assertThat(rollout().isSuperseded(member(other))).isTrue();
    scene.pass(Duration.ofSeconds(1));
  }

  /// The older one had not moved it yet: its release was never proven there.
  @Test
  void whatANewerRolloutRollsBackGoesToWhatRanThereNotToWhatAnOlderOneMeantToBring() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    Digest third = pushed("3.0");
    scene.now += 1_000;
    scene.command(
        creation(
            "3.0",
            List.of(new Wave("all", new Pick.Count(10), new Gate(100, 0, false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    says(line, canary, third, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, third, ApplicationStatus.Phase.LIVE, third);

    scene.command(
        new AdminCommand.SteerRollout(
            new RolloutId(2),
            AdminCommand.SteerRollout.Action.ROLLBACK,
            "",
            false,
            Optional.empty()));

    assertThat(selected(canary).release()).isEqualTo(old);
    assertThat(selected(canary).isGated()).isFalse();
  }

  /// It may still switch by its permit: until that is sure, nobody else gives it one.
  @Test
  void whoLeavesANewerRolloutWithAPermitComesBackWhenItHasGivenThatUp() {
    create();
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    Digest third = pushed("3.0");
    labelled(canary, Map.of("tier", "pilot"));
    scene.now += 1_000;
    scene.command(
        creation(
            "3.0",
            new Scope(Scene.FLEET, Set.of(), Map.of("tier", "pilot")),
            List.of(new Wave("all", new Pick.Count(10), new Gate(100, 0, false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    says(line, canary, third, ApplicationStatus.Phase.STAGED, old);
    assertThat(permit(selected(canary))).isPresent();
    scene.tell(new HubEvent.SessionClosed(line, canary.device(), true, ""));

    labelled(canary, Map.of());
    assertThat(rollout().isSuperseded(member(canary))).isTrue();
    line = scene.connected(canary, scene.birth("boot-1", 2));
    says(line, canary, old, ApplicationStatus.Phase.LIVE, old);

    assertThat(rollout().isSuperseded(member(canary))).isFalse();
    assertThat(selected(canary).release()).isEqualTo(target);
  }

  /// A device is the newer rollout's from the moment on in which its wave is written down.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatEndsWhileItIsPlannedGivesItsDevicesBack(boolean isHubKilled) {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    pushed("3.0");
    scene.now += 1_000;
    scene.turnOnly(thirdForOtherFirst());
    while (rollout(2).size() == 0) {
      scene.turnOnly(new HubEvent.Ticked());
    }
    assertThat(rollout(2).state()).isInstanceOf(RolloutState.Planning.class);
    assertThat(rollout().isSuperseded(member(canary))).isTrue();

    scene.turnOnly(
        new AdminCommand.SteerRollout(
            new RolloutId(2), AdminCommand.SteerRollout.Action.ABORT, "", false, Optional.empty()));
    if (isHubKilled) {
      scene.restart();
      line = scene.connected(canary, scene.birth("boot-1", 2));
    } else {
      scene.pass(Duration.ofSeconds(1));
    }

    assertThat(rollout().isSuperseded(member(canary))).isFalse();
    assertThat(selected(canary).release()).isEqualTo(target);
    assertThat(why(canary).getFirst()).isInstanceOf(Reason.RolloutStaging.class);
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.PERMITTED);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    assertThat(selected(other).release()).isEqualTo(target);
  }
}
