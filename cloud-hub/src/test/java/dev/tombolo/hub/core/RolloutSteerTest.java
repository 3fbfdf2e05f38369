package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutJson;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What people ask of a rollout, and how it ends.
class RolloutSteerTest extends RolloutScene {
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
}
