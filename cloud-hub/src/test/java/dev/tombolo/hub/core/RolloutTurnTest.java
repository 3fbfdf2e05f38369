package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.Prune;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.RenderedSection;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutJson;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutReasons;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Rollouts;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Overruled;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.window.DateSpan;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RolloutTurnTest {
  private static final Name APP = new Name("embedding");
  private static final RolloutId FIRST = new RolloutId(1);

  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);
  private final EnrolResponse canary = scene.joined("canary");
  private final EnrolResponse other = scene.joined("other");
  private final Digest old = scene.assign("embedding", "1.0");
  private final Digest target = pushed("2.0");
  private long sequence;

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

  // ---- what is left of a rollout whose application is taken off

  /// Its permit may still be used in the dark.
  @Test
  void aPermitOfARolloutWhoseApplicationWasTakenOffCountsAtItsSite() {
    permittedAndGone();
    steer(AdminCommand.SteerRollout.Action.ABORT);
    assertThat(
            scene.command(
                new AdminCommand.Unassign(
                    APP, Scene.FLEET, Optional.empty(), Optional.empty(), Optional.empty())))
        .isInstanceOf(AdminAnswer.Done.class);
    assertThat(selections(canary)).isEmpty();
    scene.now += 1_000;
    assigned("1.0", Optional.empty());
    scene.now += 1_000;
    Digest third = pushed("3.0");
    scene.command(thirdForOtherFirst());
    scene.pass(Duration.ofSeconds(1));
    SessionId its = scene.connected(other, scene.birth("boot-2", 1));

    says(its, other, third, ApplicationStatus.Phase.STAGED, old);
    assertThat(permit(selected(other))).isEmpty();

    scene.pass(Duration.ofMinutes(90));
    scene.pass(Duration.ofMinutes(11));
    assertThat(permit(selected(other))).isPresent();
  }

  @Test
  void aFileDoesNotBeginItsRolloutOnceMoreWhenTheApplicationWasTakenOff() {
    AdminObject.Rollout file = named(new Name("spring"), Scene.FLEET);
    scene.apply(application());
    scene.now += 1_000;
    assertThat(scene.apply(file)).isInstanceOf(AdminAnswer.Done.class);
    scene.pass(Duration.ofSeconds(1));
    steer(AdminCommand.SteerRollout.Action.ABORT);
    assertThat(prune(Prune.Kind.APPLICATION)).isInstanceOf(AdminAnswer.Done.class);

    assertThat(scene.apply(file)).isInstanceOf(AdminAnswer.Done.class);

    assertThat(scene.state().rollouts.all()).hasSize(1);
    assertThat(selections(canary)).isEmpty();
    assertThat(steered(AdminCommand.SteerRollout.Action.RETRY, ""))
        .isInstanceOf(AdminAnswer.Refused.class);
    assertThat(steered(AdminCommand.SteerRollout.Action.ROLLBACK, ""))
        .isInstanceOf(AdminAnswer.Refused.class);
  }

  /// What is kept only for its name makes room, and its name is still known.
  @Test
  void applicationsThatComeAndGoLeaveRoomForTheNextRollout() {
    for (int i = 0; i <= Rollouts.OF_APPLICATION_MAX; i++) {
      RolloutId id = new RolloutId(1 + i);
      scene.apply(application());
      scene.now += 1_000;
      assertThat(scene.apply(named(new Name("spring-" + i), Scene.FLEET)))
          .isInstanceOf(AdminAnswer.Done.class);
      scene.pass(Duration.ofSeconds(1));
      scene.command(
          new AdminCommand.SteerRollout(
              id, AdminCommand.SteerRollout.Action.ABORT, "", false, Optional.empty()));
      assertThat(prune(Prune.Kind.APPLICATION)).isInstanceOf(AdminAnswer.Done.class);
    }

    assertThat(scene.state().rollouts.all()).hasSize(Rollouts.OF_APPLICATION_MAX);
    scene.apply(named(new Name("spring-0"), Scene.FLEET));
    assertThat(scene.state().rollouts.find(new RolloutId(2 + Rollouts.OF_APPLICATION_MAX)))
        .isNull();
  }

  // ---- who joins

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

  // ---- time

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

  // ---- who comes back to what is tried again

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

  private void permittedAndGone() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(permit(selected(canary))).isPresent();
    scene.tell(new HubEvent.SessionClosed(line, canary.device(), false, "silence"));
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

  /// @return what it wants by now, while it is at what the older rollout let it switch to
  private Digest takenOverWhileItProves(SessionId line) {
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    Permit permit = permit(selected(canary)).orElseThrow();
    Digest third = pushed("3.0");
    scene.now += 1_000;
    scene.command(creation("3.0", List.of(), Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
    ApplicationStatus probing =
        new ApplicationStatus(
            APP,
            ApplicationStatus.Phase.PROBING,
            third,
            "3.0",
            null,
            null,
            null,
            0,
            0,
            0,
            0,
            List.of(),
            permit,
            null);

    says(line, canary, manifest(canary), probing, Duration.ofSeconds(1));
    return third;
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

  @Test
  void nothingElseIsAssignedWhileItRolls() {
    create();

    AdminAnswer answer =
        scene.command(
            new AdminCommand.Assign(
                new ReleaseRef(APP, "2.0"),
                Scene.FLEET,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));

    assertThat(answer).isInstanceOf(AdminAnswer.Refused.class);
  }

  @Test
  void whatIsAssignedAfterItHasEndedCounts() {
    create();
    steer(AdminCommand.SteerRollout.Action.ABORT);
    scene.now += 1;

    Digest third = scene.assign("embedding", "3.0");

    assertThat(selected(canary).release()).isEqualTo(third);
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

  /// The canary has the release, nobody has heard of the other one for a while.
  private void doneButForOther() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    scene.pass(Duration.ofMinutes(1));
    scene.pass(Duration.ofMinutes(10));
    assertThat(rollout().state())
        .isInstanceOfSatisfying(
            RolloutState.Rolling.class, at -> assertThat(at.openThrough()).isEqualTo(1));
  }

  private AdminAnswer assigned(String version, Optional<Name> site) {
    return scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(APP, version), Scene.FLEET, site, Optional.empty(), Optional.empty()));
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

  private void labelled(EnrolResponse device, Map<String, String> labels) {
    assertThat(scene.apply(new AdminObject.Slot(slotOf(device), "", labels, Map.of())))
        .isInstanceOf(AdminAnswer.Done.class);
    scene.pass(Duration.ofSeconds(1));
  }

  private List<Reason> why(EnrolResponse device) {
    return RolloutReasons.of(
        Standing.of(scene.state().rollouts, rollout(), member(device), scene.now));
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
  void whereTheFirstWaveIsEmptyAPersonSaysYes() {
    scene.connected(canary, scene.birth("boot-1", 1));
    scene.now += 1_000;
    Wave mistyped =
        new Wave("canary", new Pick.Labelled(Map.of("tier", "canray")), new Gate(100, 0, false));
    assertThat(scene.command(creation(List.of(mistyped), Optional.empty())))
        .isEqualTo(new AdminAnswer.RolloutMade(FIRST));

    scene.pass(Duration.ofMinutes(5));
    assertThat(rollout().state().openThrough()).isZero();
    assertThat(selected(canary).release()).isEqualTo(old);

    steer(AdminCommand.SteerRollout.Action.APPROVE);
    scene.pass(Duration.ofSeconds(1));
    assertThat(rollout().state().openThrough()).isEqualTo(1);
    assertThat(selected(canary).release()).isEqualTo(target);
  }

  @Test
  void whereASiteWasAssignedSomethingSinceNothingIsTriedAgain() {
    create();
    steer(AdminCommand.SteerRollout.Action.ABORT);
    scene.now += 1;
    assertThat(
            scene.command(
                new AdminCommand.Assign(
                    new ReleaseRef(APP, "1.0"),
                    Scene.FLEET,
                    Optional.of(slotOf(canary).site()),
                    Optional.empty(),
                    Optional.empty())))
        .isInstanceOf(AdminAnswer.Done.class);

    assertThat(steered(AdminCommand.SteerRollout.Action.RETRY, ""))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused ->
                assertThat(refused.reason().toString())
                    .contains("embedding@1.0 was assigned to production/store-117 since"));
  }

  @Test
  void whoNeverWantsAnythingElseIsNotTriedAgain() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(APP, "2.0"),
            Scene.FLEET,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    create();
    says(line, canary, target, ApplicationStatus.Phase.ROLLED_BACK, old);
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.FAILED);

    assertThat(steered(AdminCommand.SteerRollout.Action.RETRY, ""))
        .isInstanceOfSatisfying(
            AdminAnswer.Done.class,
            done ->
                assertThat(done.toString())
                    .contains("0 are tried again; 1 not, for without it the same release"));
    assertThat(rollout().phase(member(canary))).isEqualTo(Phase.FAILED);
  }

  @Test
  void aNameBelongsToOneFleet() {
    Name pilot = new Name("pilot");
    Name spring = new Name("spring");
    scene.apply(new AdminObject.Fleet(pilot, "", Map.of(), false, Map.of()));
    assertThat(scene.apply(named(spring, Scene.FLEET))).isInstanceOf(AdminAnswer.Done.class);
    steer(AdminCommand.SteerRollout.Action.ABORT);

    assertThat(scene.apply(named(spring, pilot)))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused ->
                assertThat(refused.reason().toString())
                    .contains("a rollout of fleet production has it"));
    assertThat(scene.apply(named(spring, Scene.FLEET))).isInstanceOf(AdminAnswer.Done.class);
    assertThat(scene.state().rollouts.all()).hasSize(1);
  }

  private static AdminObject.Rollout named(Name name, Name fleet) {
    return new AdminObject.Rollout(
        name,
        new ReleaseRef(APP, "2.0"),
        new Scope(fleet, Set.of(), Map.of()),
        new RolloutPlan(
            List.of(), Budgets.USUAL, AbortRule.USUAL, Duration.ofHours(1).toMillis(), null),
        Optional.empty());
  }

  @Test
  void anApplicationThatASiteHasOfItsOwnIsNotPruned() {
    scene.apply(application());
    scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(APP, "2.0"),
            Scene.FLEET,
            Optional.of(slotOf(canary).site()),
            Optional.empty(),
            Optional.empty()));

    assertThat(prune(Prune.Kind.APPLICATION))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused ->
                assertThat(refused.reason().toString())
                    .contains("tombolo unassign embedding --fleet production --site store-117"));
  }

  @Test
  void aFailureAtTheCanaryEndsIt() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);

    says(line, canary, target, ApplicationStatus.Phase.ROLLED_BACK, old);

    assertThat(rollout().state()).isInstanceOf(RolloutState.Aborted.class);
    assertThat(selected(canary).release()).isEqualTo(old);
    assertThat(selected(other).release()).isEqualTo(old);
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
    store.failNextCommit();
    assertThat(steered(AdminCommand.SteerRollout.Action.PAUSE, ""))
        .isInstanceOf(AdminAnswer.Refused.class);
    scene.pass(Duration.ofMinutes(60));
    assertThat(rollout().inFlight()).isEqualTo(1);

    scene.pass(Duration.ofMinutes(11));
    assertThat(rollout().inFlight()).isZero();
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

  @Test
  void aProtectedFleetIsRolledOnlyByWhoTypesItsName() {
    scene.apply(Scene.fleet(true));

    AdminAnswer answer = scene.command(creation(Optional.empty()));

    assertThat(answer)
        .isEqualTo(new AdminAnswer.Refused(new Reason.ProtectedFleet(Scene.FLEET.text())));
  }

  @Test
  void aLongCauseIsRefusedAndOneThatFitsIsReadAgain() throws MalformedException {
    create();

    assertThat(steered(AdminCommand.SteerRollout.Action.ABORT, "x".repeat(100_000)))
        .isEqualTo(
            new AdminAnswer.Refused(new Reason.LimitExceeded("characters of why", 1_000, 100_000)));
    assertThat(rollout().state().isUnderWay()).isTrue();

    assertThat(steered(AdminCommand.SteerRollout.Action.ABORT, "\u0001".repeat(1_000)))
        .isInstanceOf(AdminAnswer.Done.class);
    String written = RolloutJson.write(rollout().record());
    assertThat(Json.read("record", written, 1 << 20, RolloutJson::record))
        .isEqualTo(rollout().record());
  }

  @Test
  void whoAsksHearsTheCauseThatWasGivenAndNothingElse() {
    scene.connected(canary, scene.birth("boot-1", 1));
    create();
    steered(AdminCommand.SteerRollout.Action.ABORT, "counts are off");

    assertThat(why(other).stream().map(ReasonText::say))
        .containsExactly(
            "Rollout r1 was aborted by user:alice: The cause that was given: counts are off.");
  }

  /// Counts are written down once a second, but for the first ones.
  @Test
  void whoReadsThatItHasBegunReadsHowManyAreInIt() {
    scene.now += 1_000;
    scene.command(creation(Optional.empty()));
    while (rollout().state() instanceof RolloutState.Planning) {
      scene.pass(Duration.ofMillis(1));
    }

    assertThat(rollout().counted().getLast().total()).isEqualTo(1);
  }

  @Test
  void aPlanThatNamesTooManyDevicesIsRefused() {
    Set<SlotRef> slots = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      slots.add(SlotRef.parse("a".repeat(50) + "/" + "b".repeat(50) + i));
    }
    Wave large = new Wave("large", new Pick.Listed(slots), new Gate(100, 0, false));

    assertThat(scene.command(creation(List.of(large), Optional.empty())))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused -> assertThat(refused.reason()).isInstanceOf(Reason.LimitExceeded.class));
  }

  @Test
  void aYesIsForTheWaveThatItNamesHoweverOftenItIsSaid() {
    scene.now += 1_000;
    scene.command(
        creation(
            List.of(
                new Wave("canary", new Pick.Listed(Set.of(slotOf(canary))), Gate.USUAL),
                new Wave("early", new Pick.Count(1), Gate.USUAL)),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));

    assertThat(anyway("early")).isInstanceOf(AdminAnswer.Done.class);
    assertThat(anyway("early"))
        .isEqualTo(
            new AdminAnswer.Refused(
                new Reason.Conflict(
                    "wave early of rollout r1 is not the next",
                    "it is open already; the next is rest")));
    assertThat(anyway("earyl"))
        .isEqualTo(
            new AdminAnswer.Refused(
                new Reason.NotFound("wave of rollout r1", "earyl", List.of("early"))));
    assertThat(rollout().state().openThrough()).isEqualTo(1);
  }

  @Test
  void wavesOfOneNameAreRefused() {
    assertThat(
            scene.command(
                creation(
                    List.of(
                        new Wave("early", new Pick.Count(1), Gate.USUAL),
                        new Wave("early", new Pick.Count(2), Gate.USUAL)),
                    Optional.empty())))
        .isInstanceOf(AdminAnswer.Refused.class);
  }

  private AdminAnswer anyway(String wave) {
    return scene.command(
        new AdminCommand.SteerRollout(
            FIRST,
            AdminCommand.SteerRollout.Action.APPROVE,
            "",
            true,
            Optional.of(wave),
            Optional.empty()));
  }

  @Test
  void aWaveThatNamesASlotWhichIsNotThereIsRefusedWithTheNearOne() {
    Name site = new Name("store-118");
    scene.apply(Scene.site(site));
    for (String typed : List.of("store-117/counter-2", "store-118/counter-1", "store-119/till")) {
      Wave wave = new Wave("typo", new Pick.Listed(Set.of(SlotRef.parse(typed))), Gate.USUAL);

      assertThat(scene.command(creation(List.of(wave), Optional.empty())))
          .describedAs(typed)
          .isInstanceOfSatisfying(
              AdminAnswer.Refused.class,
              refused -> assertThat(refused.reason()).isInstanceOf(Reason.NotFound.class));
    }
    assertThat(
            scene.command(
                creation(
                    List.of(
                        new Wave(
                            "typo",
                            new Pick.Listed(Set.of(SlotRef.parse("store-117/counter-2"))),
                            Gate.USUAL)),
                    Optional.empty())))
        .isEqualTo(
            new AdminAnswer.Refused(
                new Reason.NotFound(
                    "slot", "store-117/counter-2", List.of("store-117/counter-1"))));
  }

  @Test
  void whatEndedBeforeItBeganIsNotTriedAgain() {
    scene.now += 1_000;
    scene.turnOnly(creation(Optional.empty()));
    assertThat(rollout().state()).isInstanceOf(RolloutState.Planning.class);
    scene.turnOnly(
        new AdminCommand.SteerRollout(
            FIRST, AdminCommand.SteerRollout.Action.ABORT, "", false, Optional.empty()));
    assertThat(rollout().state().openThrough()).isEqualTo(-1);

    assertThat(steered(AdminCommand.SteerRollout.Action.RETRY, ""))
        .isInstanceOf(AdminAnswer.Refused.class);
    scene.pass(Duration.ofSeconds(1));
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

  @Test
  void whatWasAssignedSinceIsNotRolledBackNorTriedAgain() {
    create();
    steer(AdminCommand.SteerRollout.Action.ABORT);
    scene.now += 1;
    scene.assign("embedding", "3.0");

    for (AdminCommand.SteerRollout.Action action :
        List.of(
            AdminCommand.SteerRollout.Action.ROLLBACK, AdminCommand.SteerRollout.Action.RETRY)) {
      assertThat(steered(action, ""))
          .isInstanceOfSatisfying(
              AdminAnswer.Refused.class,
              refused ->
                  assertThat(refused.reason())
                      .isInstanceOfSatisfying(
                          Reason.Conflict.class,
                          conflict ->
                              assertThat(conflict.detail())
                                  .startsWith("embedding@3.0 was assigned since")));
    }
  }

  @Test
  void theReleaseFromBeforeARolloutCanBeAssignedAgain() {
    completed();
    assertThat(selected(canary).release()).isEqualTo(target);
    scene.now += 1;

    scene.assign("embedding", "1.0");

    assertThat(selected(canary).release()).isEqualTo(old);
    assertThat(
            scene.command(
                new AdminCommand.Assign(
                    new ReleaseRef(APP, "1.0"),
                    Scene.FLEET,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())))
        .isEqualTo(
            new AdminAnswer.Done(List.of("embedding@1.0 is already assigned to production")));
  }

  @Test
  void anApplicationIsNotPrunedWhileItRolls() {
    scene.apply(application());
    create();

    assertThat(prune(Prune.Kind.APPLICATION)).isInstanceOf(AdminAnswer.Refused.class);
  }

  @Test
  void whatARolloutSelectedIsGoneWithItsApplication() {
    scene.apply(application());
    completed();

    assertThat(prune(Prune.Kind.APPLICATION)).isInstanceOf(AdminAnswer.Done.class);

    assertThat(scene.state().rollouts.all()).isEmpty();
    assertThat(
            new Rendered(scene.state())
                .resolved(known(scene.state().sites.get(slotOf(canary).site())), slotOf(canary))
                .section()
                .applications())
        .isEmpty();
  }

  @Test
  void aSiteDoesNotLeaveItsFleetWhileItRolls() {
    Name pilot = new Name("pilot");
    AdminObject.Site moved =
        new AdminObject.Site(Scene.SITE, pilot, "", Map.of(), "Europe/Berlin", "", "", Map.of());
    scene.apply(new AdminObject.Fleet(pilot, "", Map.of(), false, Map.of()));
    create();

    assertThat(scene.apply(moved)).isInstanceOf(AdminAnswer.Refused.class);
    steer(AdminCommand.SteerRollout.Action.ABORT);
    assertThat(scene.apply(moved)).isInstanceOf(AdminAnswer.Done.class);
  }

  /// It would get permits that it does not hear of, and the rollout would wait for it.
  @Test
  void whatIsTriedAgainIsNotAboutASiteThatHasLeftTheFleet() {
    Name pilot = new Name("pilot");
    scene.apply(new AdminObject.Fleet(pilot, "", Map.of(), false, Map.of()));
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    steer(AdminCommand.SteerRollout.Action.ABORT);
    says(line, canary, old, ApplicationStatus.Phase.LIVE, old);
    Kept<AdminObject.Site> there = known(scene.state().sites.get(Scene.SITE));
    assertThat(
            scene.apply(
                new AdminObject.Site(
                    Scene.SITE, pilot, "", Map.of(), "Europe/Berlin", "", "", Map.of())))
        .isInstanceOf(AdminAnswer.Done.class);
    scene.pass(Duration.ofSeconds(1));

    steer(AdminCommand.SteerRollout.Action.RETRY);
    scene.pass(Duration.ofSeconds(1));

    assertThat(rollout().isOutside(member(canary))).isTrue();
    assertThat(rollout().isOnline(member(canary))).isFalse();
    assertThat(rollout().count(0).total()).isZero();
    assertThat(scene.apply(there.content())).isInstanceOf(AdminAnswer.Done.class);
    scene.pass(Duration.ofSeconds(1));
    assertThat(rollout().isOutside(member(canary))).isFalse();
    assertThat(rollout().isOnline(member(canary))).isTrue();
  }

  @Test
  void aDryRunKnowsThatANewReleaseCountsMoreThanWhatWasRolledOut() {
    scene.apply(application("1.0"));
    completed();
    pushed("3.0");

    assertThat(wouldChange(application("3.0"))).isEqualTo(2);
    assertThat(wouldChange(application("1.0"))).isZero();
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

  private long wouldChange(AdminObject object) {
    AdminAnswer answer =
        scene.command(
            new AdminCommand.Apply(
                List.of(object), Optional.empty(), true, Optional.empty(), Map.of(), true));
    if (answer instanceof AdminAnswer.Done done && done.applied() != null) {
      return done.applied().reach().changed();
    }
    throw new AssertionError("not done: " + answer);
  }

  @Test
  void parametersAreCheckedAgainstWhatWasRolledOutToAll() {
    ReleaseManifest usual = Scene.manifest("embedding", "1.5");
    Variant variant = usual.variants().getFirst();
    Variant bare =
        new Variant(
            variant.os(),
            variant.architecture(),
            variant.runtimes(),
            variant.files(),
            variant.workload(),
            List.of());
    ReleaseManifest without =
        new ReleaseManifest(
            usual.name(),
            usual.version(),
            usual.kind(),
            "",
            usual.fleets(),
            0,
            List.of(),
            List.of(bare));
    scene.command(
        new AdminCommand.PushRelease(
            Scene.sign(ReleaseManifest.PAYLOAD_TYPE, Json.write(without), Scene.PUBLISHER)));
    scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(APP, "1.5"),
            Scene.FLEET,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    AdminObject threads = Scene.fleet(Map.of(APP, Map.of("threads", "2")));
    assertThat(scene.apply(threads)).isInstanceOf(AdminAnswer.Refused.class);
    completed();

    assertThat(scene.apply(threads)).isInstanceOf(AdminAnswer.Done.class);
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

  private static AdminObject.Application application() {
    return application("1.0");
  }

  private static AdminObject.Application application(String version) {
    return new AdminObject.Application(
        APP,
        Scene.FLEET,
        Optional.of(new ReleaseRef(APP, version)),
        "",
        Map.of(),
        Map.of("threads", "1"));
  }

  private AdminAnswer prune(Prune.Kind kind) {
    return scene.command(
        new AdminCommand.Apply(
            List.of(),
            Optional.empty(),
            false,
            Optional.of(new Prune(Set.of(Scene.FLEET), Set.of(kind))),
            Map.of(),
            true));
  }

  /// Counts are written down once a second, but for the last ones.
  @Test
  void whoReadsThatItHasEndedReadsHowManyHaveIt() {
    completed(Duration.ofMillis(100));

    assertThat(rollout().counted()).isEqualTo(rollout().counts());
    assertThat(rollout().counted().getLast().succeeded()).isEqualTo(1);
  }

  /// Both devices have switched.
  private void completed() {
    completed(Duration.ofSeconds(1));
  }

  private void completed(Duration andThen) {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    says(line, canary, target, ApplicationStatus.Phase.LIVE, target);
    SessionId second = scene.connected(other, scene.birth("boot-2", 1));
    sequence = 0;
    says(second, other, target, ApplicationStatus.Phase.STAGED, old);
    says(second, other, target, ApplicationStatus.Phase.LIVE, target, andThen);
    assertThat(rollout().state()).isInstanceOf(RolloutState.Completed.class);
  }

  private static Optional<Permit> permit(Selection selection) {
    return Optional.ofNullable(selection.gate()).flatMap(dev.tombolo.protocol.desired.Gate::permit);
  }

  private static <T> T known(@Nullable T thing) {
    if (thing == null) {
      throw new AssertionError("not known");
    }
    return thing;
  }

  private Digest pushed(String version) {
    AdminAnswer answer =
        scene.command(new AdminCommand.PushRelease(Scene.release("embedding", version)));
    if (answer instanceof AdminAnswer.ReleaseTaken taken) {
      return taken.release();
    }
    throw new AssertionError("not taken: " + answer);
  }

  private void create() {
    // After the devices: nobody else can have had a permit of it.
    scene.now += 1_000;
    assertThat(scene.command(creation(Optional.empty())))
        .isEqualTo(new AdminAnswer.RolloutMade(FIRST));
    scene.pass(Duration.ofSeconds(1));
  }

  private AdminCommand creation(Optional<String> typed) {
    Wave first =
        new Wave("canary", new Pick.Listed(Set.of(slotOf(canary))), new Gate(100, 0, false));
    return creation(List.of(first), typed);
  }

  /// A newer rollout, whose first wave the canary is not in.
  private AdminCommand thirdForOtherFirst() {
    Wave first = new Wave("other", new Pick.Listed(Set.of(slotOf(other))), new Gate(100, 0, false));
    return creation("3.0", List.of(first), Optional.empty());
  }

  private static AdminCommand creation(List<Wave> waves, Optional<String> typed) {
    return creation(new Scope(Scene.FLEET, Set.of(), Map.of()), waves, typed);
  }

  private static AdminCommand creation(String version, List<Wave> waves, Optional<String> typed) {
    return creation(version, new Scope(Scene.FLEET, Set.of(), Map.of()), waves, typed);
  }

  private static AdminCommand creation(Scope scope, List<Wave> waves, Optional<String> typed) {
    return creation("2.0", scope, waves, typed);
  }

  private static AdminCommand creation(
      String version, Scope scope, List<Wave> waves, Optional<String> typed) {
    return new AdminCommand.CreateRollout(
        new ReleaseRef(APP, version),
        scope,
        new RolloutPlan(
            waves, Budgets.USUAL, AbortRule.USUAL, Duration.ofHours(1).toMillis(), null),
        typed);
  }

  private void steer(AdminCommand.SteerRollout.Action action) {
    assertThat(steered(action, "")).isInstanceOf(AdminAnswer.Done.class);
  }

  private AdminAnswer steered(AdminCommand.SteerRollout.Action action, String why) {
    return scene.command(
        new AdminCommand.SteerRollout(FIRST, action, why, false, Optional.empty()));
  }

  private Rollout rollout() {
    return rollout(1);
  }

  private Rollout rollout(long number) {
    Rollout rollout = scene.state().rollouts.find(new RolloutId(number));
    if (rollout == null) {
      throw new AssertionError("no rollout");
    }
    return rollout;
  }

  private int member(EnrolResponse device) {
    return rollout().find(slotOf(device));
  }

  private SlotRef slotOf(EnrolResponse device) {
    return known(scene.state().devices.get(device.device())).slot();
  }

  private Selection selected(EnrolResponse device) {
    return selections(device).getFirst();
  }

  private List<Selection> selections(EnrolResponse device) {
    SlotRef slot = slotOf(device);
    return new Rendered(scene.state())
        .resolved(known(scene.state().sites.get(slot.site())), slot)
        .section()
        .applications();
  }

  private List<Name> applications(EnrolResponse device) {
    return selections(device).stream().map(Selection::name).toList();
  }

  private void says(
      SessionId line,
      EnrolResponse device,
      Digest wanted,
      ApplicationStatus.Phase phase,
      Digest live) {
    says(line, device, wanted, phase, live, Duration.ofSeconds(1));
  }

  private void says(
      SessionId line,
      EnrolResponse device,
      Digest wanted,
      ApplicationStatus.Phase phase,
      Digest live,
      Duration andThen) {
    says(line, device, manifest(device), wanted, phase, live, andThen);
  }

  private Digest manifest(EnrolResponse device) {
    return known(scene.state().documents.get(device.device())).manifest();
  }

  private void saysByAnOlderDocument(
      SessionId line, EnrolResponse device, ApplicationStatus.Phase phase) {
    says(line, device, Digest.ofText("older"), target, phase, old, Duration.ofSeconds(1));
  }

  private void says(
      SessionId line,
      EnrolResponse device,
      Digest manifest,
      Digest wanted,
      ApplicationStatus.Phase phase,
      Digest live,
      Duration andThen) {
    boolean isSwitched =
        phase == ApplicationStatus.Phase.SWITCHING || phase == ApplicationStatus.Phase.PROBING;
    says(
        line,
        device,
        manifest,
        new ApplicationStatus(
            APP,
            phase,
            wanted,
            "2.0",
            live,
            "1.0",
            null,
            0,
            0,
            0,
            0,
            List.of(),
            isSwitched ? permit(selected(device)).orElse(null) : null,
            null),
        andThen);
  }

  private void says(
      SessionId line,
      EnrolResponse device,
      Digest manifest,
      ApplicationStatus status,
      Duration andThen) {
    ReportBody body = new ReportBody.State(manifest, 1, List.of(status), List.of(), Map.of());
    scene.tell(
        new HubEvent.ReportSaid(
            line,
            device.device(),
            scene.report(new Report.Row(++sequence, "boot-1", 0, 0, body)),
            1));
    scene.pass(andThen);
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
