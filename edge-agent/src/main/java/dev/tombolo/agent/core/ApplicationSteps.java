package dev.tombolo.agent.core;

import dev.tombolo.agent.desired.DesiredContent;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.Downloads;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseGate;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.agent.workload.WorkloadMachine;
import dev.tombolo.agent.workload.WorkloadState;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Envelope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Walks every application from what it is to what the document in force wants.
final class ApplicationSteps {
  private final AgentBoot boot;
  private final RandomDraw random;
  private final String https;
  private final ReportSteps reports;
  private final Map<Name, Application> applications = new TreeMap<>();
  private final Map<Name, Long> floors;
  private final Programs programs;
  private final Downloads downloads = new Downloads();
  private final ProbeSteps probes;
  private boolean informed;
  private boolean sweepDue = true;
  private boolean changed = true;

  ApplicationSteps(AgentSnapshot snapshot, AgentBoot boot, RandomDraw random, ReportSteps reports) {
    this.boot = boot;
    this.random = random;
    this.https = snapshot.enrolment().https();
    this.reports = reports;
    this.floors = new HashMap<>(snapshot.securityFloors());
    this.programs = new Programs(snapshot.releases(), boot.platform());
    this.probes = new ProbeSteps(programs);
    for (AgentSnapshot.Application stored : snapshot.applications()) {
      applications.put(
          stored.name(), new Application(stored.name(), stored.state(), stored.sinceWallMillis()));
    }
  }

  /// Takes up what an earlier run of the agent left: watches its processes, repeats what it had
  /// asked for.
  void resume(List<AgentSnapshot.Workload> workloads, Now now, Outcome out) {
    for (AgentSnapshot.Workload stored : workloads) {
      Application application = applications.get(stored.name());
      ProcessIdentity process = stored.process();
      if (application == null || !process.bootId().equals(boot.machineBootId())) {
        out.change(new AgentChange.WorkloadGone(stored.name()));
        continue;
      }
      application.exits = stored.exits();
      application.workload =
          new WorkloadState.Running(stored.what(), process, now.monotonicMillis(), 0);
      out.effect(new AgentEffect.AdoptWorkload(stored.name(), process));
      reports.event("workload-adopted", stored.name(), stored.what().release(), null, now, out);
    }
    for (Application application : applications.values()) {
      enter(application, now, out);
    }
  }

  Collection<Application> all() {
    return applications.values();
  }

  boolean knows(Name name) {
    return applications.containsKey(name);
  }

  Programs programs() {
    return programs;
  }

  Downloads downloads() {
    return downloads;
  }

  /// True once after anything that a status shows has changed.
  boolean takeChanged() {
    boolean was = changed;
    changed = false;
    return was;
  }

  /// The document in force says this.
  void want(DesiredContent content, ReleaseGate gate, Now now, Outcome out) {
    informed = true;
    Set<Name> selected = new HashSet<>();
    for (Selection selection : content.selections()) {
      selected.add(selection.name());
      Application application = applications.get(selection.name());
      if (application == null) {
        application =
            new Application(selection.name(), new ReleaseState.Absent(), now.wallMillis());
        applications.put(selection.name(), application);
      }
      Envelope envelope = Objects.requireNonNull(content.releases().get(selection.name()));
      admit(application, selection, envelope, gate, now, out);
    }
    for (Application application : List.copyOf(applications.values())) {
      if (!selected.contains(application.name)) {
        application.wanted = Optional.empty();
        application.refusal = Optional.empty();
        if (application.release instanceof ReleaseState.Absent) {
          applications.remove(application.name);
        }
      }
    }
    sweepDue = true;
    changed = true;
    settleAll(now, out);
  }

  private void admit(
      Application application,
      Selection selection,
      Envelope envelope,
      ReleaseGate gate,
      Now now,
      Outcome out) {
    long floor = floors.getOrDefault(application.name, 0L);
    switch (gate.judge(selection, envelope, floor)) {
      case ReleaseGate.Outcome.Admitted(var program, var manifest) -> {
        boolean fresh = !application.wanted.equals(Optional.of(program));
        application.wanted = Optional.of(program);
        application.refusal = Optional.empty();
        programs.admit(program, manifest);
        if (fresh) {
          out.change(new AgentChange.ReleaseKept(selection.release(), envelope));
        }
      }
      case ReleaseGate.Outcome.Refused(var reason) ->
          refuse(application, selection.release(), reason, now, out);
    }
  }

  private void refuse(
      Application application, Digest release, Reason reason, Now now, Outcome out) {
    if (!application.refusal.equals(Optional.of(reason))) {
      reports.event("release-refused", application.name, release, reason, now, out);
    }
    application.wanted = Optional.empty();
    application.refusal = Optional.of(reason);
  }

  void tick(Now now, Outcome out) {
    settleAll(now, out);
  }

  /// The line is back: files are asked for at once.
  void hurry(Now now, Outcome out) {
    downloads.hurry();
    fetchNext(now, out);
  }

  void fetchAdvanced(Digest file, long bytes) {
    downloads.advanced(file, bytes);
  }

  void fetchFinished(Digest file, Now now, Outcome out) {
    downloads.finished(file);
    changed = true;
    settleAll(now, out);
  }

  void fetchFailed(Digest file, Reason reason, boolean retryable, Now now, Outcome out) {
    long delay =
        retryable
            ? boot.backoff().delayMillis(downloads.failures(), random.next())
            : boot.backoff().boundMillis(Integer.MAX_VALUE);
    downloads.failed(file, reason, now.monotonicMillis(), delay);
    changed = true;
    fetchNext(now, out);
  }

  void staged(Name name, Digest release, Now now, Outcome out) {
    with(name, it -> move(it, ReleaseMachine.staged(it.release, release), now, out), now, out);
  }

  void stageFailed(Name name, Digest release, Reason reason, Now now, Outcome out) {
    with(
        name,
        it -> {
          if (it.release instanceof ReleaseState.Staging at
              && at.wanted().release().equals(release)) {
            programs.find(at.wanted()).ifPresent(found -> downloads.missing(found.files()));
            trouble(it, reason, now);
            move(it, ReleaseMachine.stageFailed(it.release, release), now, out);
          }
        },
        now,
        out);
  }

  void switched(Name name, Digest release, Now now, Outcome out) {
    with(name, it -> move(it, ReleaseMachine.switched(it.release, release), now, out), now, out);
  }

  void switchFailed(Name name, Reason reason, Now now, Outcome out) {
    with(name, it -> trouble(it, reason, now), now, out);
  }

  private void trouble(Application application, Reason reason, Now now) {
    long delay = boot.backoff().delayMillis(application.troubles, random.next());
    application.trouble = Optional.of(reason);
    application.troubles++;
    application.retryAtMillis = now.monotonicMillis() + delay;
    changed = true;
  }

  void started(Name name, ProcessIdentity process, Now now, Outcome out) {
    with(
        name,
        it -> {
          run(it, WorkloadMachine.started(it.workload, process, now.monotonicMillis()), now, out);
        },
        now,
        out);
  }

  void startFailed(Name name, Reason reason, Now now, Outcome out) {
    with(
        name,
        it -> {
          it.lastExit = Optional.of(reason);
          if (it.trial != null) {
            it.trial.exited(reason);
          }
          long at = now.monotonicMillis();
          run(it, WorkloadMachine.startFailed(it.workload, reason, at), now, out);
        },
        now,
        out);
  }

  void exited(
      Name name, ProcessIdentity process, int exitCode, String lastOutput, Now now, Outcome out) {
    with(
        name,
        it -> {
          Reason reason = new Reason.WorkloadExited(exitCode, lastOutput);
          long at = now.monotonicMillis();
          WorkloadState next = WorkloadMachine.exited(it.workload, process, reason, at);
          if (next instanceof WorkloadState.Waiting(var what, var _, var failures, var _)
              && !next.equals(it.workload)) {
            it.exits++;
            it.lastExit = Optional.of(reason);
            if (it.trial != null) {
              it.trial.exited(reason);
            }
            if (isWorthAWord(failures)) {
              reports.event("workload-exited", name, what.release(), reason, now, out);
            }
          }
          run(it, next, now, out);
        },
        now,
        out);
  }

  /// A crash loop of weeks must not fill the outbox: after the first few, every doubling is told.
  private static boolean isWorthAWord(int failures) {
    return failures <= 4 || Integer.bitCount(failures) == 1;
  }

  void reloaded(Name name, Optional<Reason> failure, Now now, Outcome out) {
    with(
        name,
        it -> {
          if (failure.isPresent()) {
            it.lastExit = failure;
          }
          run(it, WorkloadMachine.reloaded(it.workload, failure), now, out);
        },
        now,
        out);
  }

  void probed(Name name, String probe, long round, Optional<Reason> failure, Now now, Outcome out) {
    with(
        name,
        it -> {
          if (probes.answered(it, probe, round, failure, now)) {
            changed = true;
          }
        },
        now,
        out);
  }

  private void with(
      Name name, java.util.function.Consumer<Application> news, Now now, Outcome out) {
    Application application = applications.get(name);
    if (application != null) {
      news.accept(application);
      settleAll(now, out);
    }
  }

  private void settleAll(Now now, Outcome out) {
    for (Application application : List.copyOf(applications.values())) {
      settle(application, now, out);
    }
    dropStaleDownloads(out);
    fetchNext(now, out);
    sweep(out);
  }

  /// Moves one application as far as it can go without news.
  private void settle(Application application, Now now, Outcome out) {
    boolean moved = true;
    while (moved) {
      ReleaseState before = application.release;
      WorkloadState workloadBefore = application.workload;
      move(application, nextRelease(application, now), now, out);
      run(application, nextWorkload(application, now), now, out);
      if (probes.watch(application, now, out)) {
        changed = true;
      }
      move(application, probes.judged(application, now), now, out);
      moved = !before.equals(application.release) || !workloadBefore.equals(application.workload);
    }
  }

  private ReleaseState nextRelease(Application application, Now now) {
    ReleaseState state = application.release;
    if (application.refusal.isPresent()) {
      state = ReleaseMachine.hold(state);
    } else if (informed) {
      state = ReleaseMachine.want(state, application.wanted.map(Program::what));
    }
    boolean waits = now.monotonicMillis() < application.retryAtMillis;
    return switch (state) {
      case ReleaseState.Fetching at when !waits && isFetched(at.wanted()) ->
          ReleaseMachine.fetched(state);
      case ReleaseState.Staged _ -> ReleaseMachine.mayGo(state);
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

  private boolean isFetched(Assignment wanted) {
    Optional<Program> program = programs.find(wanted);
    return program.isPresent() && downloads.complete(program.get().files());
  }

  private WorkloadState nextWorkload(Application application, Now now) {
    Optional<WorkloadMachine.Goal> goal = Optional.empty();
    Optional<Assignment> what = ReleaseMachine.running(application.release);
    Optional<Program> program = what.flatMap(programs::find);
    if (what.isPresent() && program.isEmpty()) {
      // This machine has lost what the release needs: what runs still runs.
      return application.workload;
    }
    if (program.isPresent() && program.get().hasProcess()) {
      boolean reloads = false;
      if (application.workload instanceof WorkloadState.Running at) {
        Optional<Program> other = programs.find(at.what());
        reloads = other.isPresent() && program.get().reloadsFrom(other.get());
      }
      goal = Optional.of(new WorkloadMachine.Goal(program.get().what(), reloads));
    }
    return WorkloadMachine.toward(application.workload, goal, now.monotonicMillis());
  }

  private void move(Application application, ReleaseState next, Now now, Outcome out) {
    ReleaseState before = application.release;
    if (next.equals(before)) {
      retry(application, now, out);
      return;
    }
    application.release = next;
    application.sinceWallMillis = now.wallMillis();
    application.trial = null;
    application.endWatch();
    changed = true;
    if (!(next instanceof ReleaseState.Fetching)) {
      application.clearTrouble();
    }
    if (next instanceof ReleaseState.Absent && application.wanted.isEmpty()) {
      out.change(new AgentChange.ApplicationRemoved(application.name));
      if (application.refusal.isEmpty()) {
        applications.remove(application.name);
      }
      sweepDue = true;
    } else {
      out.change(
          new AgentChange.ApplicationKept(
              new AgentSnapshot.Application(application.name, next, application.sinceWallMillis)));
    }
    reports.moved(application.name, before, next, now, out);
    enter(application, now, out);
  }

  /// Does what a state asks for. Done again after a restart, so all of it can be repeated.
  private void enter(Application application, Now now, Outcome out) {
    switch (application.release) {
      case ReleaseState.Fetching at ->
          programs.find(at.wanted()).ifPresent(it -> downloads.want(it.files()));
      case ReleaseState.Staging at ->
          programs
              .find(at.wanted())
              .ifPresent(
                  it ->
                      out.effect(
                          new AgentEffect.Stage(
                              application.name, at.wanted().release(), it.files())));
      case ReleaseState.Switching at ->
          out.effect(new AgentEffect.Switch(application.name, at.wanted().release()));
      case ReleaseState.SwitchingBack at ->
          out.effect(new AgentEffect.Switch(application.name, at.previous().release()));
      case ReleaseState.Live at -> {
        programs
            .find(at.live())
            .ifPresent(it -> raiseFloor(application, it.securityFloor(), now, out));
        sweepDue = true;
      }
      case ReleaseState.RolledBack _ -> sweepDue = true;
      case ReleaseState.Absent _,
          ReleaseState.Staged _,
          ReleaseState.Probing _,
          ReleaseState.Restoring _,
          ReleaseState.Removing _ -> {}
    }
  }

  /// A switch that failed is asked for again when its time has come.
  private void retry(Application application, Now now, Outcome out) {
    boolean switching =
        application.release instanceof ReleaseState.Switching
            || application.release instanceof ReleaseState.SwitchingBack;
    if (switching
        && application.retryAtMillis > 0
        && now.monotonicMillis() >= application.retryAtMillis) {
      application.retryAtMillis = 0;
      enter(application, now, out);
    }
  }

  /// What is wanted next may have been admitted under the lower floor.
  private void raiseFloor(Application application, long floor, Now now, Outcome out) {
    Name name = application.name;
    if (floor <= floors.getOrDefault(name, 0L)) {
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

  private void run(Application application, WorkloadState next, Now now, Outcome out) {
    WorkloadState before = application.workload;
    if (next.equals(before)) {
      return;
    }
    application.workload = next;
    application.endWatch();
    changed = true;
    Name name = application.name;
    switch (next) {
      case WorkloadState.Starting(var what, var _) ->
          programs
              .find(what)
              .ifPresent(
                  it ->
                      out.effect(
                          new AgentEffect.StartWorkload(name, what.release(), it.workload())));
      case WorkloadState.Running(var what, var process, var _, var _) -> {
        out.change(
            new AgentChange.WorkloadKept(
                new AgentSnapshot.Workload(name, what, process, application.exits)));
        if (before instanceof WorkloadState.Starting(var _, var failures)
            && isWorthAWord(failures + 1)) {
          reports.event("workload-started", name, what.release(), null, now, out);
        }
      }
      case WorkloadState.Reloading(var _, var to, var process, var _) ->
          programs
              .find(to)
              .ifPresent(
                  it ->
                      out.effect(
                          new AgentEffect.ReloadWorkload(
                              name, to.release(), process, it.workload())));
      case WorkloadState.Stopping(var what, var process) -> {
        int grace = programs.find(what).map(it -> it.workload().stopGraceSeconds()).orElse(10);
        out.effect(new AgentEffect.StopWorkload(name, process, grace));
      }
      case WorkloadState.Idle _, WorkloadState.Waiting _ -> {}
    }
    if (WorkloadMachine.process(before).isPresent() && WorkloadMachine.process(next).isEmpty()) {
      out.change(new AgentChange.WorkloadGone(name));
    }
  }

  private void dropStaleDownloads(Outcome out) {
    Set<Digest> needed = new HashSet<>();
    for (Application application : applications.values()) {
      Optional<Assignment> wanted =
          switch (application.release) {
            case ReleaseState.Fetching at -> Optional.of(at.wanted());
            case ReleaseState.Staging at -> Optional.of(at.wanted());
            case ReleaseState.Absent _,
                ReleaseState.Staged _,
                ReleaseState.Switching _,
                ReleaseState.Probing _,
                ReleaseState.Live _,
                ReleaseState.SwitchingBack _,
                ReleaseState.Restoring _,
                ReleaseState.RolledBack _,
                ReleaseState.Removing _ ->
                Optional.empty();
          };
      wanted.flatMap(programs::find).ifPresent(it -> addFiles(it, needed));
    }
    downloads.keepOnly(needed).ifPresent(file -> out.effect(new AgentEffect.CancelFetch(file)));
  }

  private static void addFiles(Program program, Set<Digest> files) {
    for (Variant.File file : program.files()) {
      files.add(file.digest());
    }
  }

  private void fetchNext(Now now, Outcome out) {
    downloads
        .next(now.monotonicMillis())
        .ifPresent(
            file ->
                out.effect(
                    new AgentEffect.Fetch(
                        file.digest(), file.size(), https + "/v1/files/" + file.digest().hex())));
  }

  /// Once all is settled, what nobody needs goes. While anything is on its way nothing does, so
  /// that a sweep never meets a file that has just come in.
  private void sweep(Outcome out) {
    if (!sweepDue) {
      return;
    }
    Set<Digest> releases = new HashSet<>();
    Set<Digest> files = new HashSet<>();
    for (Application application : applications.values()) {
      boolean settled =
          application.release instanceof ReleaseState.Live
              || application.release instanceof ReleaseState.RolledBack
              || application.release instanceof ReleaseState.Absent;
      if (!settled) {
        return;
      }
      releases.addAll(ReleaseMachine.kept(application.release));
      List<Assignment> kept = new ArrayList<>();
      ReleaseMachine.running(application.release).ifPresent(kept::add);
      ReleaseMachine.previous(application.release).ifPresent(kept::add);
      for (Assignment what : kept) {
        programs.find(what).ifPresent(it -> addFiles(it, files));
      }
    }
    sweepDue = false;
    programs.keepOnly(releases);
    out.change(new AgentChange.ReleasesSwept(releases));
    out.effect(new AgentEffect.Sweep(releases, files));
  }
}
