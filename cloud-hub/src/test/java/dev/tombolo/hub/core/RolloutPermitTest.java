package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.Prune;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.window.DateSpan;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Who has a permit, and who may use one that it was given.
class RolloutPermitTest extends RolloutScene {
  @Test
  void theCanaryIsHeldBackByAGateUntilItHasAPermit() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();

    Selection waiting = selected(canary);
    assertThat(waiting.release()).isEqualTo(target);
    assertThat(waiting.isGated()).isTrue();
    assertThat(permit(waiting)).isEmpty();

    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(permit(selected(canary))).isPresent();
    assertThat(selected(other).release()).isEqualTo(old);

    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    assertThat(selected(canary).gate()).isNull();
    assertThat(selected(other).release()).isEqualTo(target);
    assertThat(rollout().count(0).succeeded()).isEqualTo(1);
  }

  @Test
  void aPermitOutlivesTheHub() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    Selection before = selected(canary);

    scene.restart();

    assertThat(rollout().inFlight()).isEqualTo(1);
    assertThat(selected(canary)).isEqualTo(before);
  }

  /// A full disk does not become empty by being asked, and each time all lines would be closed.
  @Test
  void aStoreThatRefusesWhatTimeBringsIsAskedAgainWithTheNextTick() {
    AtomicInteger asked = new AtomicInteger();
    store.refuse(
        change -> {
          boolean isPlanned =
              change instanceof HubChange.RolloutKept(var kept)
                  && kept instanceof RolloutChange.Joined;
          if (isPlanned && asked.incrementAndGet() > 1) {
            throw new AssertionError("asked again at once");
          }
          return isPlanned;
        });
    assertThat(scene.command(creation(Optional.empty())))
        .isEqualTo(new AdminAnswer.RolloutMade(FIRST));
    assertThat(asked).hasValue(1);

    store.refuse(change -> false);
    scene.tell(new HubEvent.Ticked());

    assertThat(known(scene.state().rollouts.find(FIRST)).state())
        .isInstanceOf(RolloutState.Rolling.class);
  }

  /// Meanwhile it has swept what it had staged.
  @Test
  void whoHasTheReleaseStagedNoMoreGetsNoPermitWhenItIsTriedAgain() {
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
    assertThat(rollout().phase(member(other))).isEqualTo(Phase.READY);
    steer(AdminCommand.SteerRollout.Action.ABORT);
    says(second, other, old, ApplicationStatus.Phase.LIVE, old);
    assertThat(rollout().phase(member(other))).isEqualTo(Phase.WAITING);
    scene.tell(new HubEvent.SessionClosed(line, canary.device(), true, ""));
    scene.pass(Duration.ofHours(2));

    steer(AdminCommand.SteerRollout.Action.RETRY);
    scene.pass(Duration.ofSeconds(1));

    assertThat(selected(other).release()).isEqualTo(target);
    assertThat(permit(selected(other))).isEmpty();
  }

  /// It still tries the release before when it hears that it is to have this one.
  @Test
  void whoSwitchesWithoutAPermitOfTheRolloutHasNotSwitchedToItsRelease() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    ApplicationStatus probing =
        new ApplicationStatus(
            APP,
            ApplicationStatus.Phase.PROBING,
            target,
            "2.0",
            null,
            null,
            null,
            0,
            0,
            0,
            0,
            List.of());

    says(line, canary, manifest(canary), probing, Duration.ofSeconds(1));
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.WAITING);
    steer(AdminCommand.SteerRollout.Action.ABORT);

    assertThat(selected(canary).release()).isEqualTo(old);
  }

  @Test
  void aHubThatStartsAnewOpensNoWaveOverDevicesThatItHasNotHeardYet() {
    secondWaveIsOpen();
    scene.connected(other, scene.birth("boot-2", 1));

    scene.restart();
    scene.pass(Duration.ofMinutes(1));
    scene.pass(Duration.ofMinutes(8));
    assertThat(rollout().state().openThrough()).isEqualTo(1);

    scene.pass(Duration.ofMinutes(3));
    assertThat(rollout().state().openThrough()).isEqualTo(2);
  }

  /// It may be failing by it: a release may take its device down.
  @Test
  void aDeviceThatIsDarkWithAPermitIsReached() {
    secondWaveIsOpen();
    SessionId line = scene.connected(other, scene.birth("boot-2", 1));
    says(line, other, target, ApplicationStatus.Phase.STAGED, old);
    says(line, other, target, ApplicationStatus.Phase.PROBING, old);

    scene.tell(new HubEvent.SessionClosed(line, other.device(), false, "silence"));
    scene.pass(Duration.ofMinutes(20));
    scene.pass(Duration.ofMinutes(20));

    assertThat(rollout().count(1).reached()).isEqualTo(1);
    assertThat(rollout().state().openThrough()).isEqualTo(1);
  }

  private void secondWaveIsOpen() {
    Gate all = new Gate(100, 0, false);
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    scene.now += 1_000;
    scene.command(
        creation(
            List.of(
                new Wave("canary", new Pick.Listed(Set.of(slotOf(canary))), all),
                new Wave("second", new Pick.Listed(Set.of(slotOf(other))), all)),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    assertThat(rollout().state().openThrough()).isEqualTo(1);
  }

  /// A frozen shop would hold a budget that others could use.
  @Test
  void aShopThatIsClosedLongerThanAPermitIsGoodGetsNone() {
    SessionId line = frozenForFiveDays();
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    scene.pass(Duration.ofHours(1));

    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.READY);
    assertThat(permit(selected(canary))).isEmpty();

    // A person who says "now" is not asked to wait until it is looked at again.
    scene.command(
        new AdminCommand.LiftWindows(
            slotOf(canary), Duration.ofMinutes(5), "now", Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    assertThat(permit(selected(canary))).isPresent();
  }

  private SessionId frozenForFiveDays() {
    LocalDate today = Instant.ofEpochMilli(scene.now).atZone(ZoneOffset.UTC).toLocalDate();
    scene.apply(
        new AdminObject.Site(
            Scene.SITE,
            Scene.FLEET,
            "",
            Map.of(),
            "Etc/UTC",
            "",
            "",
            Map.of(),
            new SiteTimes(
                List.of(),
                List.of(),
                List.of(),
                List.of(new DateSpan(today.minusDays(1), today.plusDays(5)))),
            Optional.empty()));
    return scene.connected(canary, scene.birth("boot-1", 1));
  }

  @Test
  void aShopGetsItsPermitWhenItsWindowsComeNear() {
    SessionId line = frozenForFiveDays();
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    scene.pass(Duration.ofHours(1));
    assertThat(permit(selected(canary))).isEmpty();

    scene.pass(Duration.ofDays(6));
    assertThat(permit(selected(canary))).isPresent();
  }

  /// The one that was aborted may still be used in the dark.
  @Test
  void aPermitOfAnOlderRolloutCountsAtItsSite() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(permit(selected(canary))).isPresent();
    scene.tell(new HubEvent.SessionClosed(line, canary.device(), false, "silence"));
    steer(AdminCommand.SteerRollout.Action.ABORT);
    scene.now += 1_000;
    Digest third = pushed("3.0");
    assertThat(
            scene.command(
                creation(
                    "3.0",
                    List.of(
                        new Wave(
                            "other",
                            new Pick.Listed(Set.of(slotOf(other))),
                            new Gate(100, 0, false))),
                    Optional.empty())))
        .isInstanceOf(AdminAnswer.RolloutMade.class);
    scene.pass(Duration.ofSeconds(1));
    SessionId its = scene.connected(other, scene.birth("boot-2", 1));

    says(its, other, third, ApplicationStatus.Phase.STAGED, old);
    assertThat(permit(selected(other))).isEmpty();

    scene.pass(Duration.ofMinutes(90));
    scene.pass(Duration.ofMinutes(11));
    assertThat(permit(selected(other))).isPresent();
  }

  @Test
  void aShopThatWasClosedForGoodIsNotWaitedFor() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    scene.pass(Duration.ofMinutes(11));
    SlotRef closed = slotOf(other);
    assertThat(rollout().state()).isInstanceOf(RolloutState.Rolling.class);
    assertThat(rollout().count(1).dark()).isEqualTo(1);

    scene.command(new AdminCommand.RevokeDevice(other.device(), "closed", Optional.empty()));
    AdminAnswer pruned =
        scene.command(
            new AdminCommand.Apply(
                scene.state().slots.values().stream()
                    .map(Kept::content)
                    .filter(it -> !it.ref().equals(closed))
                    .map(AdminObject.class::cast)
                    .toList(),
                Optional.empty(),
                false,
                Optional.of(new Prune(Set.of(Scene.FLEET), Set.of(Prune.Kind.SLOT))),
                Map.of(),
                false));
    assertThat(pruned).isInstanceOf(AdminAnswer.Done.class);
    scene.pass(Duration.ofSeconds(2));

    assertThat(rollout().state()).isInstanceOf(RolloutState.Completed.class);
    scene.restart();
    assertThat(rollout().count(1).total()).isZero();
  }

  /// It has switched in the dark, and hears only now that a newer rollout has it.
  @Test
  void whoIsSwitchingByAPermitCountsWhateverItWantsByNow() {
    takenOverWhileItProves(scene.connected(canary, scene.birth("boot-1", 1)));

    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.SWITCHED);
    assertThat(rollout().inFlight()).isEqualTo(1);
  }

  @Test
  void nobodyGetsAPermitWhileItIsPaused() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    steer(AdminCommand.SteerRollout.Action.PAUSE);

    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(rollout().inFlight()).isZero();

    steer(AdminCommand.SteerRollout.Action.RESUME);
    scene.pass(Duration.ofSeconds(1));
    assertThat(rollout().inFlight()).isEqualTo(1);
  }
}
