package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.ApplicationStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a restored hub knows no more may have happened.
class RolloutRestoreTest extends RolloutScene {
  @Test
  void afterARestoreEveryPermitThatMayHaveBeenGivenCounts() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    restored();

    assertThat(rollout().inFlight()).isEqualTo(2);

    line = scene.connected(canary, scene.birth("boot-1", 2));
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.READY);
    assertThat(rollout().inFlight()).isEqualTo(1);
  }

  /// The backup is from before any rollout: one that was begun since may have given permits.
  @Test
  void aRolloutBegunAfterARestoreSuspectsWhoHasNotComeSince() {
    restored();
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();

    assertThat(rollout().isSuspect(member(canary))).isFalse();
    assertThat(rollout().isSuspect(member(other))).isTrue();
    assertThat(rollout().inFlight()).isEqualTo(1);
    scene.restart();
    assertThat(rollout().inFlight()).isEqualTo(1);

    scene.pass(Duration.ofMinutes(71));
    assertThat(rollout().inFlight()).isZero();
    line = scene.connected(canary, scene.birth("boot-1", 2));
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(permit(selected(canary))).isPresent();
  }

  @Test
  void aRolloutBegunLongAfterARestoreSuspectsNobody() {
    restored();
    scene.pass(Duration.ofMinutes(71));
    create();

    assertThat(rollout().inFlight()).isZero();
  }

  /// The database that was restored does not know whether the device has gone back since.
  @Test
  void whoHadSwitchedOnlyByTheBackupDoesNotSwitchAnewWhenItIsAborted() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.PROBING, old);
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.SWITCHED);
    restored();

    steer(AdminCommand.SteerRollout.Action.ABORT);

    assertThat(selected(canary).isGated()).isTrue();
    assertThat(permit(selected(canary))).isEmpty();
    line = scene.connected(canary, scene.birth("boot-1", 2));
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    assertThat(selected(canary).isGated()).isFalse();
    assertThat(selected(canary).release()).isEqualTo(target);
  }

  /// It may have used its permit in the dark. Sent back at its birth, it would be sent forth again
  /// as soon as it has said so.
  @Test
  void whoMayHaveSwitchedInTheDarkIsNotSentBackBeforeItHasSpoken() {
    permittedAndGone();

    steer(AdminCommand.SteerRollout.Action.ABORT);
    SessionId line = scene.connected(canary, scene.birth("boot-1", 2));

    assertThat(selected(canary).release()).isEqualTo(target);
    assertThat(selected(canary).isGated()).isTrue();
    assertThat(permit(selected(canary))).isEmpty();
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    assertThat(selected(canary).release()).isEqualTo(target);
    assertThat(selected(canary).isGated()).isFalse();
  }

  @Test
  void whoHasNotSwitchedInTheDarkKeepsWhatItHadWhenItHasSaidSo() {
    permittedAndGone();
    // Also when the permit is over by then.
    scene.pass(Duration.ofHours(2));
    steer(AdminCommand.SteerRollout.Action.ABORT);
    SessionId line = scene.connected(canary, scene.birth("boot-1", 2));
    assertThat(selected(canary).isGated()).isTrue();

    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);

    assertThat(selected(canary).release()).isEqualTo(old);
    scene.restart();
    assertThat(selected(canary).release()).isEqualTo(old);
  }

  /// The newer one has not reached it yet.
  @Test
  void whoMayHaveSwitchedInTheDarkIsNotSentBackByANewerRollout() {
    permittedAndGone();
    Digest third = pushed("3.0");
    scene.now += 1_000;
    scene.command(thirdForOtherFirst());
    scene.pass(Duration.ofMinutes(5));

    SessionId line = scene.connected(canary, scene.birth("boot-1", 2));
    assertThat(selected(canary).release()).isEqualTo(target);
    assertThat(selected(canary).isGated()).isTrue();
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    assertThat(selected(canary).release()).isEqualTo(target);
    assertThat(selected(canary).isGated()).isFalse();
    assertThat(third).isNotEqualTo(target);
  }

  /// It hears of the newer one before it can say what it did: the older one's release is what it
  /// has.
  @Test
  void whoHasSwitchedInTheDarkKeepsThatWhenTheNewerRolloutIsAborted() {
    permittedAndGone();
    Digest third = pushed("3.0");
    scene.now += 1_000;
    scene.command(
        creation(
            "3.0",
            List.of(
                new Wave(
                    "canary", new Pick.Listed(Set.of(slotOf(canary))), new Gate(100, 0, false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    SessionId line = scene.connected(canary, scene.birth("boot-1", 2));
    assertThat(selected(canary).release()).isEqualTo(third);

    says(line, canary, third, ApplicationStatus.Phase.FETCHING, target);
    scene.command(
        new AdminCommand.SteerRollout(
            new RolloutId(2), AdminCommand.SteerRollout.Action.ABORT, "", false, Optional.empty()));

    assertThat(selected(canary).release()).isEqualTo(target);
    assertThat(selected(canary).isGated()).isFalse();
  }

  /// By the backup it may switch. Since then it has, and has gone back, and another one may have
  /// got a permit that no backup has.
  @Test
  void aPermitOfTheBackupIsNotGivenOnceMore() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(permit(selected(canary))).isPresent();
    restored();

    assertThat(permit(selected(canary))).isEmpty();
    line = scene.connected(canary, scene.birth("boot-1", 2));
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);

    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.READY);
    assertThat(permit(selected(canary))).isEmpty();
  }

  /// Rows that the hub has lost come again: they are older than the permit that it gave then.
  @Test
  void whatADeviceSaysByAnOlderDocumentClearsNothing() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    restored();
    line = scene.connected(canary, scene.birth("boot-1", 2));
    int before = rollout().inFlight();

    saysByAnOlderDocument(line, canary, ApplicationStatus.Phase.FETCHING);
    saysByAnOlderDocument(line, canary, ApplicationStatus.Phase.STAGED);
    saysByAnOlderDocument(line, canary, ApplicationStatus.Phase.PROBING);

    assertThat(rollout().isSuspect(member(canary))).isTrue();
    assertThat(rollout().inFlight()).isEqualTo(before);
  }

  private void saysByAnOlderDocument(
      SessionId line, EnrolResponse device, ApplicationStatus.Phase phase) {
    says(line, device, Digest.ofText("older"), target, phase, old, Duration.ofSeconds(1));
  }

  /// The hub goes on with what it has now as its backup.
  private void restored() {
    RestoreSteps.Order order =
        new RestoreSteps.Order(scene.now, Digest.ofText("archive"), 7, "next", List.of(), "alice");
    HubStore.Batch batch = store.begin();
    batch.apply(RestoreSteps.of(scene.state(), order, scene.now).changes());
    batch.commit();
    scene.restart();
  }
}
