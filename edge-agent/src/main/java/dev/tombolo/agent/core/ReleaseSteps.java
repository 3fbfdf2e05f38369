package dev.tombolo.agent.core;

import dev.tombolo.agent.core.Application.LiveFolder;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.FailedTry;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.agent.workload.WorkloadState;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The releases of applications: walks each from state to state, persists the new one, and does
/// what it asks for.
final class ReleaseSteps {
  private final AgentBoot boot;
  private final RandomDraw random;
  private final Programs programs;
  private final ReportSteps reports;
  private final FileSteps files;
  private final WindowSteps windows;
  private final NeedSteps needs;
  private final Map<Name, Long> floors;

  ReleaseSteps(
      AgentSnapshot snapshot,
      AgentBoot boot,
      RandomDraw random,
      Programs programs,
      ReportSteps reports,
      FileSteps files,
      WindowSteps windows,
      NeedSteps needs) {
    this.boot = boot;
    this.random = random;
    this.programs = programs;
    this.reports = reports;
    this.files = files;
    this.windows = windows;
    this.needs = needs;
    this.floors = new HashMap<>(snapshot.securityFloors());
  }

  /// The highest security floor that this application has had here.
  long floor(Name name) {
    return floors.getOrDefault(name, 0L);
  }

  /// The release must not run here; what runs stays.
  void refuse(Application application, Digest release, Reason reason, Now now, Outcome out) {
    if (!application.refusal.equals(Optional.of(reason))) {
      reports.event("release-refused", application.name, release, reason, now, out);
    }
    application.wanted = Optional.empty();
    application.refusal = Optional.of(reason);
  }

  /// Answered by [#staged] or [#stageFailed], as if the folder were built; what runs is not
  /// touched.
  ///
  /// @return the release whose folder is looked at; empty: none
  Optional<Digest> lookAtFiles(Application application, Outcome out) {
    Optional<Program> live =
        application.release instanceof ReleaseState.Live at
            ? programs.find(at.live())
            : Optional.empty();
    live.ifPresent(
        it -> out.effect(new AgentEffect.Stage(application.name, it.what().release(), it.files())));
    return live.map(it -> it.what().release());
  }

  /// What is live and does not start, or ends again and again, may have lost a file. To read all of
  /// it takes its time, so each doubling of the failures is worth it.
  void doubt(Application application, int failuresMin, Outcome out) {
    if (application.workload instanceof WorkloadState.Waiting at
        && at.failures() >= failuresMin
        && Integer.bitCount(at.failures()) == 1) {
      lookAtFiles(application, out);
    }
  }

  void staged(Application application, Digest release, Now now, Outcome out) {
    if (application.release instanceof ReleaseState.SwitchingBack at
        && at.previous().release().equals(release)) {
      out.effect(new AgentEffect.Switch(application.name, release));
    }
    if (isComingBack(application, release)) {
      move(application, ReleaseMachine.putBack(application.release), now, out);
      application.liveFolder = LiveFolder.OWN;
      return;
    }
    move(application, ReleaseMachine.staged(application.release, release), now, out);
  }

  private static boolean isComingBack(Application application, Digest release) {
    return application.liveFolder == LiveFolder.COMING_BACK
        && ReleaseMachine.running(application.release)
            .filter(it -> it.release().equals(release))
            .isPresent();
  }

  /// The folder of what is live gets its own files again; answered by [#staged] or [#stageFailed].
  private void putBack(Application application, Outcome out) {
    Optional<Program> live = ReleaseMachine.running(application.release).flatMap(programs::find);
    application.liveFolder = live.isPresent() ? LiveFolder.COMING_BACK : LiveFolder.OWN;
    live.ifPresent(
        it -> out.effect(new AgentEffect.Stage(application.name, it.what().release(), it.files())));
  }

  private static boolean isToPutBack(
      Application application, ReleaseState before, ReleaseState next) {
    return application.liveFolder == LiveFolder.OWN
        && ReleaseMachine.buildsOverLive(before)
        && !ReleaseMachine.buildsOverLive(next)
        && ReleaseMachine.running(next).equals(ReleaseMachine.running(before));
  }

  void stageFailed(Application application, Digest release, Reason reason, Now now, Outcome out) {
    boolean isSpoiled = isComingBack(application, release);
    if (isSpoiled) {
      application.liveFolder = LiveFolder.SPOILED;
      ReleaseMachine.running(application.release).ifPresent(this::fetchAgain);
    }
    if (application.release instanceof ReleaseState.Staging at
        && at.wanted().release().equals(release)) {
      files.missing(at.wanted());
      files.sweepIfFull(reason);
      trouble(application, reason, now);
      move(application, ReleaseMachine.stageFailed(application.release, release), now, out);
    } else if (application.release instanceof ReleaseState.SwitchingBack at
        && at.previous().release().equals(release)) {
      fetchAgain(at.previous());
      files.sweepIfFull(reason);
      trouble(application, reason, now);
    } else if (application.release instanceof ReleaseState.Live at
        && at.live().release().equals(release)) {
      files.missing(at.live());
      files.sweepIfFull(reason);
      trouble(application, reason, now);
      move(application, ReleaseMachine.spoiled(application.release, release, reason), now, out);
    } else if (isSpoiled) {
      files.sweepIfFull(reason);
      trouble(application, reason, now);
      move(application, ReleaseMachine.putBack(application.release), now, out);
    }
  }

  /// What is to be built has lost a file, and nothing else goes on without it.
  private void fetchAgain(Assignment what) {
    files.missing(what);
    files.want(what);
  }

  void switchFailed(Application application, Reason reason, Now now, Outcome out) {
    trouble(application, reason, now);
    move(application, ReleaseMachine.switchFailed(application.release), now, out);
  }

  void switched(Application application, Digest release, Now now, Outcome out) {
    move(application, ReleaseMachine.switched(application.release, release), now, out);
  }

  /// It is tried again after a while.
  void trouble(Application application, Reason reason, Now now) {
    long delay = boot.backoff().delayMillis(application.troubles, random.next());
    application.trouble = Optional.of(reason);
    application.troubles++;
    application.retryAtMillis = now.monotonicMillis() + delay;
  }

  /// The files come by `route` from now on.
  void reroute(Application application, Route route, Now now, Outcome out) {
    if (!(application.release instanceof ReleaseState.Fetching at) || at.route().equals(route)) {
      return;
    }
    if (route.cause().isPresent() && !(route instanceof Route.Asking)) {
      Reason grew = StatusView.grew(route, route.cause().get());
      reports.event("download-grew", application.name, at.wanted().release(), grew, now, out);
    }
    move(application, ReleaseMachine.rerouted(at, route), now, out);
  }

  /// A cache that does not know ranges makes it so at each try.
  void begunAnew(
      Application application,
      ReleaseState.Fetching at,
      String path,
      AgentEvent.FetchBegunAnew it,
      Now now,
      Outcome out) {
    if (application.takeWord(now.monotonicMillis())) {
      String detail =
          switch (it.cause()) {
            case ALL_GIVEN -> "all of it was given instead of the rest, after ";
            case REST_REFUSED -> "there was no rest of it to be had, after ";
            case WRONG -> "what had come did not make it, when ";
          };
      detail += it.bytes() + " bytes had come";
      Reason cause = new Reason.DownloadFailed(path, detail, 0);
      Reason grew = new Reason.DownloadGrew("begun anew", cause);
      reports.event("download-grew", application.name, at.wanted().release(), grew, now, out);
    }
  }

  /// One move towards what is wanted.
  ///
  /// @param informed whether a document has said what is wanted
  void advance(Application application, boolean informed, Now now, Outcome out) {
    move(application, next(application, informed, now), now, out);
    if (application.release instanceof ReleaseState.Staged at
        && ReleaseMachine.buildsOverLive(at)
        && mayPutBack(application, now)) {
      // It may not be switched to any more.
      putBack(application, out);
    }
  }

  private static boolean mayPutBack(Application application, Now now) {
    return switch (application.liveFolder) {
      case OWN -> true;
      case COMING_BACK -> false;
      case SPOILED -> now.monotonicMillis() >= application.retryAtMillis;
    };
  }

  private ReleaseState next(Application application, boolean informed, Now now) {
    ReleaseState state = application.release;
    if (application.refusal.isPresent()) {
      state = ReleaseMachine.hold(state);
    } else if (informed) {
      Optional<Assignment> wanted = application.wanted.map(Program::what);
      state = ReleaseMachine.want(state, wanted);
      if (application.trouble.isPresent()) {
        state = ReleaseMachine.wantInstead(state, wanted);
      }
    }
    boolean waits = now.monotonicMillis() < application.retryAtMillis;
    return switch (state) {
      case ReleaseState.Fetching at
          when !waits && files.isFetched(at.wanted()) && mayBuild(application, at, now) ->
          ReleaseMachine.fetched(state);
      case ReleaseState.Staged at ->
          application.liveFolder == LiveFolder.COMING_BACK || isHeld(application, at, now)
              ? at
              : ReleaseMachine.mayGo(at);
      case ReleaseState.Removing _ when application.workload instanceof WorkloadState.Idle ->
          ReleaseMachine.stopped(state);
      case ReleaseState.Absent _,
          ReleaseState.Fetching _,
          ReleaseState.Staging _,
          ReleaseState.Switching _,
          ReleaseState.Probing _,
          ReleaseState.Live _,
          ReleaseState.SwitchingBack _,
          ReleaseState.Restoring _,
          ReleaseState.RolledBack _,
          ReleaseState.Removing _ ->
          state;
    };
  }

  /// Windows, permits and what is needed hold a switch back for as long as it has not begun.
  private boolean isHeld(Application application, ReleaseState.Staged at, Now now) {
    return isStarting(application, at)
        || !windows.change(application.gate, at, now).isEmpty()
        || !needs.holds(application.name, at).isEmpty();
  }

  /// All variants of a release have one folder: what runs keeps its own until the switch may be
  /// made.
  private boolean mayBuild(Application application, ReleaseState.Fetching at, Now now) {
    return at.live().filter(at.wanted()::sharesFolder).isEmpty()
        || (application.liveFolder != LiveFolder.COMING_BACK
            && !isHeld(application, new ReleaseState.Staged(at.wanted(), at.live()), now));
  }

  /// After a cold boot what is live comes up first, and finds its own files behind the link.
  private boolean isStarting(Application application, ReleaseState.Staged at) {
    return switch (application.workload) {
      case WorkloadState.Starting _ -> true;
      case WorkloadState.Idle _ ->
          at.live().flatMap(programs::find).filter(Program::hasProcess).isPresent();
      case WorkloadState.Running _,
          WorkloadState.Reloading _,
          WorkloadState.Stopping _,
          WorkloadState.Ending _,
          WorkloadState.Waiting _ ->
          false;
    };
  }

  /// The permit by which it is about to switch is told in the same step that makes the switch
  /// durable: whatever happens then, the hub hears of it.
  private void takePermit(
      Application application, ReleaseState.Switching at, Now now, Outcome out) {
    if (WindowSteps.isRepair(at.wanted(), at.live())) {
      return;
    }
    Optional<Permit> permit = application.gate.flatMap(Gate::permit);
    if (permit.isPresent() && (application.troubles == 0 || !permit.equals(application.permit))) {
      reports.permitUsed(application.name, at.wanted().release(), permit.get(), now, out);
    }
    application.permit = permit;
  }

  /// By what its probes say from now on.
  private static boolean isJudged(ReleaseState state) {
    return state instanceof ReleaseState.Probing || state instanceof ReleaseState.Restoring;
  }

  /// Takes `next` as its state. An application that is absent and not wanted any more is forgotten
  /// by the caller.
  void move(Application application, ReleaseState next, Now now, Outcome out) {
    ReleaseState before = application.release;
    if (next.equals(before)) {
      retry(application, now, out);
      return;
    }
    application.release = next;
    application.needs = programs.needs(ReleaseMachine.needed(next));
    application.tries = new BundleTries();
    boolean isOnItsWay = isSameFetch(before, next);
    if (!isOnItsWay) {
      application.lostBundles = 0;
      application.lostBundle = Optional.empty();
    }
    boolean goesOn =
        isOnItsWay
            || (before instanceof ReleaseState.Probing && next instanceof ReleaseState.Probing);
    if (!goesOn) {
      application.sinceWallMillis = now.wallMillis();
      application.trial = null;
      boolean isSame =
          ReleaseMachine.running(next).equals(ReleaseMachine.running(before)) && !isJudged(next);
      application.endWatch(isSame);
    }
    if (!comingIn(next).equals(comingIn(before)) || comingIn(next).isEmpty()) {
      application.clearTrouble();
    }
    if (next instanceof ReleaseState.Switching
        || !ReleaseMachine.running(next).equals(ReleaseMachine.running(before))) {
      application.liveFolder = LiveFolder.OWN;
    }
    if (next instanceof ReleaseState.Switching at) {
      takePermit(application, at, now, out);
    }
    if (next instanceof ReleaseState.RolledBack at) {
      application.failed =
          Optional.of(
              new FailedTry(
                  at.failed().release(), at.failed().version(), now.wallMillis(), at.cause()));
    } else if (ReleaseMachine.isProof(before, next)) {
      application.failed = Optional.empty();
    }
    if (next instanceof ReleaseState.Absent && application.wanted.isEmpty()) {
      out.change(new AgentChange.ApplicationRemoved(application.name));
      files.sweepLater();
    } else {
      out.change(new AgentChange.ApplicationKept(application.stored()));
    }
    reports.moved(application.name, before, next, application.troubles == 0, now, out);
    enter(application, now, out);
    if (isToPutBack(application, before, next)) {
      putBack(application, out);
    }
  }

  private static boolean isSameFetch(ReleaseState before, ReleaseState next) {
    return before instanceof ReleaseState.Fetching was
        && next instanceof ReleaseState.Fetching is
        && was.wanted().equals(is.wanted());
  }

  /// What is on its way here, and not yet switched to: its troubles end only with that.
  private static Optional<Assignment> comingIn(ReleaseState state) {
    return switch (state) {
      case ReleaseState.Fetching at -> Optional.of(at.wanted());
      case ReleaseState.Staging at -> Optional.of(at.wanted());
      case ReleaseState.Staged at -> Optional.of(at.wanted());
      case ReleaseState.Switching at -> Optional.of(at.wanted());
      case ReleaseState.Absent _,
          ReleaseState.Probing _,
          ReleaseState.Live _,
          ReleaseState.SwitchingBack _,
          ReleaseState.Restoring _,
          ReleaseState.RolledBack _,
          ReleaseState.Removing _ ->
          Optional.empty();
    };
  }

  /// The agent is up again, in the middle of it all.
  void resume(Application application, Now now, Outcome out) {
    ReleaseState resumed =
        boot.trouble().isEmpty()
            ? ReleaseMachine.resumed(application.release)
            : application.release;
    if (!ReleaseMachine.putBack(resumed).equals(resumed)
        && ReleaseMachine.running(resumed).flatMap(programs::find).isPresent()) {
      // What is live comes up first, with its own files.
      putBack(application, out);
    } else if (!resumed.equals(application.release)) {
      move(application, resumed, now, out);
    } else if (!(resumed instanceof ReleaseState.Staging at) || programs.isChosen(at.wanted())) {
      // Where this machine takes another variant by now, that one comes next, and the disk's answer
      // to this one could not be told from its answer to that.
      enter(application, now, out);
    }
  }

  /// Does what a state asks for. Done again after a restart, so all of it can be repeated.
  void enter(Application application, Now now, Outcome out) {
    Name name = application.name;
    switch (application.release) {
      case ReleaseState.Staging at ->
          programs
              .find(at.wanted())
              .ifPresent(
                  it -> out.effect(new AgentEffect.Stage(name, at.wanted().release(), it.files())));
      case ReleaseState.Switching at ->
          out.effect(new AgentEffect.Switch(name, at.wanted().release()));
      case ReleaseState.SwitchingBack at -> {
        // Looked at to the last byte first: the release that failed may have written to a file
        // that both have. What this machine cannot run any more has no files to look at.
        Optional<Program> previous = programs.find(at.previous());
        Digest release = at.previous().release();
        out.effect(
            previous.isPresent()
                ? new AgentEffect.Stage(name, release, previous.get().files())
                : new AgentEffect.Switch(name, release));
      }
      case ReleaseState.Live at -> {
        programs
            .find(at.live())
            .ifPresent(it -> raiseFloor(application, it.securityFloor(), now, out));
        files.sweepLater();
      }
      case ReleaseState.RolledBack _ -> files.sweepLater();
      case ReleaseState.Absent _,
          ReleaseState.Fetching _,
          ReleaseState.Staged _,
          ReleaseState.Probing _,
          ReleaseState.Restoring _,
          ReleaseState.Removing _ -> {}
    }
  }

  /// A way back that was blocked, or the folder of what is live, is tried again when its time has
  /// come.
  private void retry(Application application, Now now, Outcome out) {
    if (application.release instanceof ReleaseState.SwitchingBack
        && application.retryAtMillis > 0
        && now.monotonicMillis() >= application.retryAtMillis) {
      application.retryAtMillis = 0;
      enter(application, now, out);
    } else if (application.liveFolder == LiveFolder.SPOILED
        && !ReleaseMachine.buildsOverLive(application.release)
        && now.monotonicMillis() >= application.retryAtMillis) {
      putBack(application, out);
    }
  }

  /// What is wanted next may have been admitted under the lower floor.
  private void raiseFloor(Application application, long floor, Now now, Outcome out) {
    Name name = application.name;
    if (floor <= floor(name)) {
      return;
    }
    floors.put(name, floor);
    out.change(new AgentChange.SecurityFloorRaised(name, floor));
    application
        .wanted
        .filter(it -> it.securityFloor() < floor)
        .ifPresent(
            it -> {
              Reason reason = new Reason.BelowSecurityFloor(floor, it.securityFloor());
              refuse(application, it.what().release(), reason, now, out);
            });
  }
}
