package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What time brings to a rollout, and a clock that is wrong or is set does not.
class RolloutClockTest extends RolloutScene {
  @Test
  void whatIsPastItsDeadlineIsNotTriedAgain() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    scene.now += 1_000;
    RolloutPlan plan =
        new RolloutPlan(
            List.of(
                new Wave(
                    "canary", new Pick.Listed(Set.of(slotOf(canary))), new Gate(100, 0, false))),
            Budgets.USUAL,
            new AbortRule(0, 0, false),
            Duration.ofHours(1).toMillis(),
            scene.now + Duration.ofDays(1).toMillis());
    scene.command(
        new AdminCommand.CreateRollout(
            new ReleaseRef(APP, "2.0"),
            new Scope(Scene.FLEET, Set.of(), Map.of()),
            plan,
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    SessionId second = scene.connected(other, scene.birth("boot-2", 1));
    sequence = 0;
    says(second, other, target, ApplicationStatus.Phase.ROLLED_BACK, old);
    assertThat(rollout().state()).isInstanceOf(RolloutState.Completed.class);
    scene.pass(Duration.ofDays(2));

    assertThat(steered(AdminCommand.SteerRollout.Action.RETRY, ""))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused ->
                assertThat(refused.reason().toString())
                    .contains("its deadline has passed; begin another rollout"));
    scene.pass(Duration.ofSeconds(1));
    assertThat(rollout().state()).isInstanceOf(RolloutState.Completed.class);
  }

  /// The hub's clock was ahead when the rollout was begun.
  @Test
  void whatIsSaidLastCountsWhateverTheClockSaidBefore() {
    completed();
    scene.now -= Duration.ofHours(1).toMillis();

    scene.assign("embedding", "1.0");
    assertThat(selected(canary).release()).isEqualTo(old);

    scene.now -= Duration.ofHours(1).toMillis();
    Digest third = pushed("3.0");
    SessionId line = scene.connected(canary, scene.birth("boot-1", 7));
    assertThat(scene.command(creation("3.0", List.of(), Optional.empty())))
        .isInstanceOf(AdminAnswer.RolloutMade.class);
    scene.pass(Duration.ofSeconds(1));
    assertThat(selected(canary).release()).isEqualTo(third);
    says(line, canary, third, ApplicationStatus.Phase.STAGED, old);
    assertThat(permit(selected(canary))).isPresent();
    says(line, canary, third, ApplicationStatus.Phase.PROBING, old);
    Rollout second = known(scene.state().rollouts.find(new RolloutId(2)));
    assertThat(second.phase(second.find(slotOf(canary)))).isEqualTo(Phase.SWITCHED);
  }

  @Test
  void aClockThatIsSetWhileTheHubRunsMakesNoSoakShorterOrLonger() {
    soaking(Duration.ofMinutes(30));
    scene.pass(Duration.ofMinutes(10));

    isSet(Duration.ofHours(5));
    scene.pass(Duration.ofMinutes(10));
    assertThat(rollout().state().openThrough()).isZero();

    isSet(Duration.ofHours(-9));
    scene.pass(Duration.ofMinutes(9));
    assertThat(rollout().state().openThrough()).isZero();
    scene.pass(Duration.ofMinutes(2));
    assertThat(rollout().state().openThrough()).isOne();
  }

  @Test
  void theLoopSeesThatTheClockWasSet() throws InterruptedException {
    soaking(Duration.ofMinutes(30));
    AtomicLong ahead = new AtomicLong();
    InstantSource source = () -> Instant.ofEpochMilli(scene.now + ahead.get());
    HubSettings settings =
        new HubSettings(List.of(), "", "", "", Scene.PLENTY, Scene.PLENTY, TrustSettings.USUAL);

    try (HubLoop loop = new HubLoop(settings, store, source.withZone(ZoneOffset.UTC))) {
      loop.start(effect -> {});
      for (int i = 0; i < 3; i++) {
        CountDownLatch taken = new CountDownLatch(1);
        assertThat(loop.offer(new HubEvent.Ticked(), 0, taken::countDown)).isTrue();
        assertThat(taken.await(2, TimeUnit.MINUTES)).isTrue();
        ahead.set(Duration.ofHours(5).toMillis());
      }
    }

    scene.restart();
    assertThat(rollout().state())
        .isInstanceOfSatisfying(
            RolloutState.Rolling.class,
            at ->
                assertThat(at.healthySinceMillis())
                    .isCloseTo(scene.now + ahead.get(), within(60_000L)));
  }

  @Test
  void aMoveOfTheClockThatCannotBeStoredIsTakenWithTheNextTick() {
    soaking(Duration.ofMinutes(30));

    store.refuse(change -> true);
    isSet(Duration.ofHours(5));
    isSet(Duration.ofHours(1));
    store.refuse(change -> false);
    scene.pass(Duration.ofMinutes(10));

    assertThat(rollout().state().openThrough()).isZero();
  }

  @Test
  void aMoveOfTheClockOutlivesCommitsThatFail() {
    soaking(Duration.ofMinutes(30));

    store.failNextCommit();
    isSet(Duration.ofHours(5));
    store.failNextCommit();
    scene.turn(List.of(new HubEvent.Ticked()));
    scene.pass(Duration.ofMinutes(10));

    assertThat(rollout().state().openThrough()).isZero();
  }

  /// Found by the simulation (seed 200994): it was taken once more.
  @Test
  void aMoveOfTheClockThatIsStoredAllTheSameIsTakenOnce() {
    soaking(Duration.ofMinutes(30));

    store.failAfterNextCommit();
    isSet(Duration.ofHours(-2));
    scene.pass(Duration.ofMinutes(10));
    assertThat(rollout().state().openThrough()).isZero();

    scene.pass(Duration.ofMinutes(30));
    assertThat(rollout().state().openThrough()).isNotZero();
  }

  /// Who is dark goes by the time of before: it may still switch.
  @Test
  void aClockThatJumpsAheadEndsNoPermitEarly() {
    permittedInTheDark();

    isSet(Duration.ofDays(1));
    scene.pass(Duration.ofMinutes(60));
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.PERMITTED);
    assertThat(rollout().inFlight()).isEqualTo(1);

    scene.pass(Duration.ofMinutes(11));
    assertThat(rollout().inFlight()).isZero();
  }

  @Test
  void aJumpOfTheClockIsNotForgottenWithACommitThatFails() {
    permittedInTheDark();

    isSet(Duration.ofDays(1));
    aCommitFails();

    isOverInTime();
  }

  /// A machine may begin in 1970, and be set right only then.
  @Test
  void aPermitGivenByAClockThatWasSetIsOverInTimeThoughACommitFails() {
    isSet(Duration.ofDays(1));
    permittedInTheDark();

    aCommitFails();

    isOverInTime();
  }

  /// Who connects meanwhile goes by the hub's time, by which the permit is good for longer.
  @Test
  void aClockThatIsSetBackEndsNoPermitEarly() {
    permittedInTheDark();

    isSet(Duration.ofHours(-3));
    scene.pass(Duration.ofMinutes(71));
    scene.pass(Duration.ofHours(2));
    assertThat(rollout().inFlight()).isEqualTo(1);

    scene.pass(Duration.ofHours(1));
    assertThat(rollout().inFlight()).isZero();
  }

  @Test
  void aClockThatJumpsAndIsSetRightKeepsNoPermitForLonger() {
    permittedInTheDark();

    isSet(Duration.ofDays(1));
    scene.pass(Duration.ofMinutes(30));
    isSet(Duration.ofDays(-1));
    scene.pass(Duration.ofMinutes(39));
    assertThat(rollout().inFlight()).isEqualTo(1);

    scene.pass(Duration.ofMinutes(2));
    assertThat(rollout().inFlight()).isZero();
  }

  private void aCommitFails() {
    store.failNextCommit();
    assertThat(steered(AdminCommand.SteerRollout.Action.PAUSE, ""))
        .isInstanceOf(AdminAnswer.Refused.class);
  }

  private void isOverInTime() {
    scene.pass(Duration.ofMinutes(60));
    assertThat(rollout().inFlight()).isEqualTo(1);

    scene.pass(Duration.ofMinutes(11));
    assertThat(rollout().inFlight()).isZero();
  }

  /// For an hour.
  private void permittedInTheDark() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.PERMITTED);
    scene.tell(new HubEvent.SessionClosed(line, canary.device(), true, ""));
  }

  /// The canary has just got it.
  private void soaking(Duration soak) {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    scene.now += 1_000;
    scene.command(
        creation(
            List.of(
                new Wave(
                    "canary",
                    new Pick.Listed(Set.of(slotOf(canary))),
                    new Gate(100, soak.toMillis(), false))),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
  }

  private void isSet(Duration by) {
    scene.now += by.toMillis();
    scene.turn(List.of(new HubEvent.ClockMoved(by.toMillis())));
  }
}
