package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.codec.Json;
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
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What releases need of each other, as the hub holds to it.
class NeedsTest {
  private static final Name MODEL = new Name("model");
  private static final Name COUNTING = new Name("counting");

  private final Scene scene = Scene.ready(new MemoryHubStore());
  private long sequence;

  private Digest push(String name, String version, Need... needs) {
    ReleaseManifest usual = Scene.manifest(name, version);
    ReleaseManifest manifest =
        new ReleaseManifest(
            usual.name(),
            usual.version(),
            usual.kind(),
            "",
            usual.fleets(),
            0,
            needs.length == 0 ? List.of() : List.of(Features.NEEDS),
            usual.variants(),
            List.of(needs));
    AdminAnswer answer =
        scene.command(
            new AdminCommand.PushRelease(
                Scene.sign(ReleaseManifest.PAYLOAD_TYPE, Json.write(manifest), Scene.PUBLISHER)));
    assertThat(answer).isInstanceOf(AdminAnswer.ReleaseTaken.class);
    return ((AdminAnswer.ReleaseTaken) answer).release();
  }

  private AdminAnswer assign(String name, String version) {
    return assign(name, version, null);
  }

  private AdminAnswer assign(String name, String version, @Nullable Name site) {
    scene.now += 1;
    return scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(new Name(name), version),
            Scene.FLEET,
            Optional.ofNullable(site),
            Optional.empty(),
            Optional.empty()));
  }

  private AdminAnswer unassign(Name application) {
    return scene.command(
        new AdminCommand.Unassign(
            application, Scene.FLEET, Optional.empty(), Optional.empty(), Optional.empty()));
  }

  private AdminAnswer rollOut(String name, String version) {
    scene.now += 1;
    return scene.command(
        new AdminCommand.CreateRollout(
            new ReleaseRef(new Name(name), version),
            new Scope(Scene.FLEET, Set.of(), Map.of()),
            new RolloutPlan(
                List.of(new Wave("rest", new Pick.Rest(), Gate.USUAL)),
                new Budgets(1, 0, 1),
                new AbortRule(0, 0, false),
                3_600_000,
                null),
            Optional.empty()));
  }

  private static AdminObject.Rollout rollout(Name name, String version) {
    return new AdminObject.Rollout(
        new Name(name + "-goes"),
        new ReleaseRef(name, version),
        new Scope(Scene.FLEET, Set.of(), Map.of()),
        new RolloutPlan(
            List.of(new Wave("rest", new Pick.Rest(), Gate.USUAL)),
            new Budgets(1, 0, 1),
            new AbortRule(0, 0, false),
            3_600_000,
            null),
        Optional.empty());
  }

  private static AdminObject.Application application(Name name, String version) {
    return new AdminObject.Application(
        name,
        Scene.FLEET,
        Optional.of(new ReleaseRef(name, version)),
        "",
        Map.of(),
        Map.of(),
        List.of());
  }

  private static String refusal(AdminAnswer answer) {
    assertThat(answer).isInstanceOf(AdminAnswer.Refused.class);
    return ReasonText.say(((AdminAnswer.Refused) answer).reason());
  }

  private static void done(AdminAnswer answer) {
    assertThat(answer).isInstanceOf(AdminAnswer.Done.class);
  }

  @Test
  void whatCanNeverBeMetIsRefused() {
    push("model", "1.3.0");
    push("counting", "2.0.0", new Need(MODEL, "1.4.0"));

    assertThat(refusal(assign("counting", "2.0.0")))
        .contains("it needs model 1.4.0 or newer, and nothing of it is selected there");
    done(assign("model", "1.3.0"));
    assertThat(refusal(assign("counting", "2.0.0"))).contains("and 1.3.0 is selected there");
    assertThat(refusal(rollOut("counting", "2.0.0"))).contains("and 1.3.0 is selected there");
  }

  @Test
  void modelAndWorkloadMayComeInOneApply() {
    push("model", "1.4.0");
    push("counting", "2.0.0", new Need(MODEL, "1.4.0"));

    assertThat(refusal(scene.apply(application(COUNTING, "2.0.0")))).contains("needs model");
    done(scene.apply(application(COUNTING, "2.0.0"), application(MODEL, "1.4.0")));
  }

  @Test
  void rolloutMayNeedWhatIsAppliedWithIt() {
    push("model", "1.3.0");
    push("model", "1.4.0");
    push("counting", "2.0.0", new Need(MODEL, "1.4.0"));
    done(assign("model", "1.3.0"));

    assertThat(refusal(scene.apply(rollout(COUNTING, "2.0.0")))).contains("needs model");
    done(scene.apply(rollout(COUNTING, "2.0.0"), application(MODEL, "1.4.0")));
  }

  @Test
  void rolloutsMayNeedEachOtherWhenTheyBeginTogether() {
    push("model", "1.3.0");
    push("model", "1.4.0");
    push("counting", "2.0.0", new Need(MODEL, "1.4.0"));
    done(assign("model", "1.3.0"));

    done(scene.apply(rollout(COUNTING, "2.0.0"), rollout(MODEL, "1.4.0")));
  }

  @Test
  void applicationMayNeedWhatARolloutBringsThatBeginsWithIt() {
    push("model", "1.4.0");
    push("counting", "2.0.0", new Need(MODEL, "1.4.0"));

    done(scene.apply(application(COUNTING, "2.0.0"), rollout(MODEL, "1.4.0")));
  }

  @Test
  void rolloutDoesNotBeginBesideWhatTakesItsModelAway() {
    push("model", "1.3.0");
    push("model", "1.4.0");
    push("counting", "2.0.0", new Need(MODEL, "1.4.0"));
    done(assign("model", "1.4.0"));

    assertThat(refusal(scene.apply(rollout(COUNTING, "2.0.0"), application(MODEL, "1.3.0"))))
        .contains("counting@2.0.0");
    assertThat(refusal(scene.apply(rollout(COUNTING, "2.0.0"), rollout(MODEL, "1.3.0"))))
        .contains("counting@2.0.0");
  }

  @Test
  void aRingOfRolloutsThatBeginTogetherIsRefused() {
    push("counting", "1.0.0");
    push("counting", "2.0.0", new Need(MODEL, "2.0.0"));
    push("model", "2.0.0", new Need(COUNTING, "2.0.0"));
    push("model", "3.0.0", new Need(COUNTING, "1.0.0"));
    done(assign("counting", "1.0.0"));

    assertThat(refusal(scene.apply(rollout(COUNTING, "2.0.0"), rollout(MODEL, "2.0.0"))))
        .contains("in a ring");
    done(scene.apply(rollout(COUNTING, "2.0.0"), rollout(MODEL, "3.0.0")));
  }

  @Test
  void oneApplyBeginsNoMoreRolloutsThanMayBeUnderWay() {
    List<AdminObject> many = new ArrayList<>();
    for (int i = 0; i <= RolloutCommands.UNDER_WAY_MAX; i++) {
      push("app-" + i, "1.0.0");
      many.add(rollout(new Name("app-" + i), "1.0.0"));
    }

    assertThat(refusal(scene.apply(many.toArray(AdminObject[]::new))))
        .contains("rollouts under way");
  }

  @Test
  void modelIsNotTakenFromUnderTheWorkload() {
    push("model", "1.3.0");
    push("model", "1.4.0");
    push("counting", "1.0.0");
    push("counting", "2.0.0", new Need(MODEL, "1.4.0"));
    done(assign("model", "1.4.0"));
    done(assign("counting", "2.0.0"));

    assertThat(refusal(assign("model", "1.3.0")))
        .contains("counting@2.0.0 is selected there and needs model 1.4.0 or newer, not 1.3.0");
    assertThat(refusal(assign("model", "1.3.0", Scene.SITE))).contains("counting@2.0.0");
    assertThat(refusal(unassign(MODEL))).contains("counting@2.0.0");
    assertThat(refusal(rollOut("model", "1.3.0"))).contains("counting@2.0.0");
    done(scene.apply(application(COUNTING, "1.0.0"), application(MODEL, "1.3.0")));
  }

  @Test
  void siteWithItsOwnOlderPairIsLeftAlone() {
    push("model", "1.3.0");
    push("model", "1.4.0");
    push("counting", "1.0.0");
    push("counting", "2.0.0", new Need(MODEL, "1.4.0"));
    done(assign("model", "1.3.0", Scene.SITE));
    done(assign("counting", "1.0.0", Scene.SITE));
    done(assign("model", "1.4.0"));

    done(assign("counting", "2.0.0"));
    assertThat(refusal(assign("counting", "2.0.0", Scene.SITE))).contains("1.3.0 is selected");
  }

  @Test
  void aRingIsRefused() {
    push("model", "1.0.0");
    push("counting", "1.0.0", new Need(MODEL, "1.0.0"));
    push("model", "2.0.0", new Need(COUNTING, "1.0.0"));
    done(assign("model", "1.0.0"));
    done(assign("counting", "1.0.0"));

    assertThat(refusal(assign("model", "2.0.0")))
        .contains("in a ring: model@2.0.0 -> counting@1.0.0 -> model@2.0.0");
  }

  @Test
  void deviceGetsItsPermitWhenTheModelIsLive() {
    EnrolResponse device = scene.joined("till");
    Digest oldModel = push("model", "1.3.0");
    Digest model = push("model", "1.4.0");
    Digest counting = push("counting", "2.0.0", new Need(MODEL, "1.4.0"));
    done(assign("model", "1.3.0"));
    SessionId line = scene.connected(device, scene.birth("boot-1", 1));
    assertThat(rollOut("model", "1.4.0")).isInstanceOf(AdminAnswer.RolloutMade.class);
    assertThat(rollOut("counting", "2.0.0")).isInstanceOf(AdminAnswer.RolloutMade.class);

    ApplicationStatus staged =
        status(COUNTING, ApplicationStatus.Phase.STAGED, counting, "2.0.0", null, null);
    says(
        line,
        device,
        status(MODEL, ApplicationStatus.Phase.STAGED, model, "1.4.0", oldModel, "1.3.0"),
        staged);
    assertThat(phase(2, device)).isEqualTo(Phase.WAITING);
    assertThat(phase(1, device)).isEqualTo(Phase.PERMITTED);

    says(
        line,
        device,
        status(MODEL, ApplicationStatus.Phase.LIVE, model, "1.4.0", model, "1.4.0"),
        staged);
    assertThat(phase(2, device)).isEqualTo(Phase.PERMITTED);
    says(
        line,
        device,
        status(MODEL, ApplicationStatus.Phase.LIVE, model, "1.4.0", model, "1.4.0"),
        status(COUNTING, ApplicationStatus.Phase.LIVE, counting, "2.0.0", counting, "2.0.0"));

    assertThat(refusal(steer(1, AdminCommand.SteerRollout.Action.ROLLBACK)))
        .contains("counting@2.0.0")
        .contains("some devices would go back to 1.3.0");
    done(steer(2, AdminCommand.SteerRollout.Action.ROLLBACK));
    done(steer(1, AdminCommand.SteerRollout.Action.ROLLBACK));
  }

  private AdminAnswer steer(long rollout, AdminCommand.SteerRollout.Action action) {
    return scene.command(
        new AdminCommand.SteerRollout(new RolloutId(rollout), action, "", false, Optional.empty()));
  }

  private Phase phase(long number, EnrolResponse device) {
    Rollout rollout =
        Objects.requireNonNull(scene.state().rollouts.find(new RolloutId(number)), "no rollout");
    return rollout.phase(rollout.find(new SlotRef(device.site(), device.slot())));
  }

  private static ApplicationStatus status(
      Name name,
      ApplicationStatus.Phase phase,
      Digest wanted,
      String version,
      @Nullable Digest live,
      @Nullable String liveVersion) {
    return new ApplicationStatus(
        name,
        phase,
        wanted,
        version,
        live,
        liveVersion,
        null,
        0,
        0,
        0,
        0,
        List.of(new Reason.UpToDate()));
  }

  private void says(SessionId line, EnrolResponse device, ApplicationStatus... applications) {
    Digest manifest =
        Objects.requireNonNull(scene.state().documents.get(device.device())).manifest();
    ReportBody body = new ReportBody.State(manifest, 1, List.of(applications), List.of(), Map.of());
    scene.tell(
        new HubEvent.ReportSaid(
            line,
            device.device(),
            scene.report(new Report.Row(++sequence, "boot-1", 0, 0, body)),
            1));
    scene.pass(Duration.ofSeconds(1));
  }
}
