package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.Prune;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.Rollouts;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What is assigned, applied or pruned beside a rollout, and after it.
class RolloutAndAssignmentTest extends RolloutScene {
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

  @Test
  void aDryRunKnowsThatANewReleaseCountsMoreThanWhatWasRolledOut() {
    scene.apply(application("1.0"));
    completed();
    pushed("3.0");

    assertThat(wouldChange(application("3.0"))).isEqualTo(2);
    assertThat(wouldChange(application("1.0"))).isZero();
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
}
