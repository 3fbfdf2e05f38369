package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutReasons;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.desired.Permit;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Two devices of a fleet, their old release, and a newer one to roll out.
abstract class RolloutScene {
  static final Name APP = new Name("embedding");
  static final RolloutId FIRST = new RolloutId(1);
  final MemoryHubStore store = new MemoryHubStore();
  final Scene scene = Scene.ready(store);
  final EnrolResponse canary = scene.joined("canary");
  final EnrolResponse other = scene.joined("other");
  final Digest old = scene.assign("embedding", "1.0");
  final Digest target = pushed("2.0");
  long sequence;

  void permittedAndGone() {
    SessionId line = scene.connected(canary, scene.birth("boot-1", 1));
    create();
    says(line, canary, target, ApplicationStatus.Phase.STAGED, old);
    assertThat(permit(selected(canary))).isPresent();
    scene.tell(new HubEvent.SessionClosed(line, canary.device(), false, "silence"));
  }

  /// @return what it wants by now, while it is at what the older rollout let it switch to
  Digest takenOverWhileItProves(SessionId line) {
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

  /// The canary has the release, nobody has heard of the other one for a while.
  void doneButForOther() {
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

  AdminAnswer assigned(String version, Optional<Name> site) {
    return scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(APP, version), Scene.FLEET, site, Optional.empty(), Optional.empty()));
  }

  void labelled(EnrolResponse device, Map<String, String> labels) {
    assertThat(scene.apply(new AdminObject.Slot(slotOf(device), "", labels, Map.of())))
        .isInstanceOf(AdminAnswer.Done.class);
    scene.pass(Duration.ofSeconds(1));
  }

  List<Reason> why(EnrolResponse device) {
    return RolloutReasons.of(
        Standing.of(scene.state().rollouts, rollout(), member(device), scene.now));
  }

  static AdminObject.Rollout named(Name name, Name fleet) {
    return new AdminObject.Rollout(
        name,
        new ReleaseRef(APP, "2.0"),
        new Scope(fleet, Set.of(), Map.of()),
        new RolloutPlan(
            List.of(), Budgets.USUAL, AbortRule.USUAL, Duration.ofHours(1).toMillis(), null),
        Optional.empty());
  }

  long wouldChange(AdminObject object) {
    AdminAnswer answer =
        scene.command(
            new AdminCommand.Apply(
                List.of(object), Optional.empty(), true, Optional.empty(), Map.of(), true));
    if (answer instanceof AdminAnswer.Done done && done.applied() != null) {
      return done.applied().reach().changed();
    }
    throw new AssertionError("not done: " + answer);
  }

  static AdminObject.Application application() {
    return application("1.0");
  }

  static AdminObject.Application application(String version) {
    return new AdminObject.Application(
        APP,
        Scene.FLEET,
        Optional.of(new ReleaseRef(APP, version)),
        "",
        Map.of(),
        Map.of("threads", "1"));
  }

  /// Both devices have switched.
  void completed() {
    completed(Duration.ofSeconds(1));
  }

  void completed(Duration andThen) {
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

  static Optional<Permit> permit(Selection selection) {
    return Optional.ofNullable(selection.gate()).flatMap(dev.tombolo.protocol.desired.Gate::permit);
  }

  static <T> T known(@Nullable T thing) {
    if (thing == null) {
      throw new AssertionError("not known");
    }
    return thing;
  }

  Digest pushed(String version) {
    AdminAnswer answer =
        scene.command(new AdminCommand.PushRelease(Scene.release("embedding", version)));
    if (answer instanceof AdminAnswer.ReleaseTaken taken) {
      return taken.release();
    }
    throw new AssertionError("not taken: " + answer);
  }

  void create() {
    // After the devices: nobody else can have had a permit of it.
    scene.now += 1_000;
    assertThat(scene.command(creation(Optional.empty())))
        .isEqualTo(new AdminAnswer.RolloutMade(FIRST));
    scene.pass(Duration.ofSeconds(1));
  }

  AdminCommand creation(Optional<String> typed) {
    Wave first =
        new Wave("canary", new Pick.Listed(Set.of(slotOf(canary))), new Gate(100, 0, false));
    return creation(List.of(first), typed);
  }

  /// A newer rollout, whose first wave the canary is not in.
  AdminCommand thirdForOtherFirst() {
    Wave first = new Wave("other", new Pick.Listed(Set.of(slotOf(other))), new Gate(100, 0, false));
    return creation("3.0", List.of(first), Optional.empty());
  }

  static AdminCommand creation(List<Wave> waves, Optional<String> typed) {
    return creation(new Scope(Scene.FLEET, Set.of(), Map.of()), waves, typed);
  }

  static AdminCommand creation(String version, List<Wave> waves, Optional<String> typed) {
    return creation(version, new Scope(Scene.FLEET, Set.of(), Map.of()), waves, typed);
  }

  static AdminCommand creation(Scope scope, List<Wave> waves, Optional<String> typed) {
    return creation("2.0", scope, waves, typed);
  }

  static AdminCommand creation(
      String version, Scope scope, List<Wave> waves, Optional<String> typed) {
    return new AdminCommand.CreateRollout(
        new ReleaseRef(APP, version),
        scope,
        new RolloutPlan(
            waves, Budgets.USUAL, AbortRule.USUAL, Duration.ofHours(1).toMillis(), null),
        typed);
  }

  void steer(AdminCommand.SteerRollout.Action action) {
    assertThat(steered(action, "")).isInstanceOf(AdminAnswer.Done.class);
  }

  AdminAnswer steered(AdminCommand.SteerRollout.Action action, String why) {
    return scene.command(
        new AdminCommand.SteerRollout(FIRST, action, why, false, Optional.empty()));
  }

  Rollout rollout() {
    return rollout(1);
  }

  Rollout rollout(long number) {
    Rollout rollout = scene.state().rollouts.find(new RolloutId(number));
    if (rollout == null) {
      throw new AssertionError("no rollout");
    }
    return rollout;
  }

  int member(EnrolResponse device) {
    return rollout().find(slotOf(device));
  }

  SlotRef slotOf(EnrolResponse device) {
    return known(scene.state().devices.get(device.device())).slot();
  }

  Selection selected(EnrolResponse device) {
    return selections(device).getFirst();
  }

  List<Selection> selections(EnrolResponse device) {
    SlotRef slot = slotOf(device);
    return new Rendered(scene.state())
        .resolved(known(scene.state().sites.get(slot.site())), slot)
        .section()
        .applications();
  }

  void says(
      SessionId line,
      EnrolResponse device,
      Digest wanted,
      ApplicationStatus.Phase phase,
      Digest live) {
    says(line, device, wanted, phase, live, Duration.ofSeconds(1));
  }

  void says(
      SessionId line,
      EnrolResponse device,
      Digest wanted,
      ApplicationStatus.Phase phase,
      Digest live,
      Duration andThen) {
    says(line, device, manifest(device), wanted, phase, live, andThen);
  }

  Digest manifest(EnrolResponse device) {
    return known(scene.state().documents.get(device.device())).manifest();
  }

  void says(
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

  void says(
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
}
