package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Trial;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.agent.workload.WorkloadMachine;
import dev.tombolo.agent.workload.WorkloadState;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;
import java.util.function.Consumer;

/// The processes of applications: starts, reloads and ends them, so that what runs is what the
/// release's state says, and tells what becomes of them.
final class WorkloadSteps {
  private static final int STOP_GRACE_SECONDS = 10;

  private final Programs programs;
  private final ReportSteps reports;

  WorkloadSteps(Programs programs, ReportSteps reports) {
    this.programs = programs;
    this.reports = reports;
  }

  /// Watches a process that an earlier run of the agent has left.
  void adopt(Application application, AgentSnapshot.Workload stored, Now now, Outcome out) {
    ProcessIdentity process = stored.process();
    application.exits = stored.exits();
    application.workload =
        new WorkloadState.Running(stored.what(), process, now.monotonicMillis(), 0);
    out.effect(new AgentEffect.AdoptWorkload(stored.name(), process));
    reports.adopted(stored.name(), stored.what().release(), now, out);
  }

  /// It ended while nothing could be saved. Worth a word unless it was told to.
  void ended(
      Application application,
      AgentSnapshot.Workload stored,
      AgentEvent.WorkloadExited end,
      Now now,
      Outcome out) {
    application.exits = stored.exits() + 1;
    boolean isToRun =
        ReleaseMachine.running(application.release).filter(stored.what()::equals).isPresent();
    if (isToRun) {
      Reason reason = new Reason.WorkloadExited(end.exitCode(), end.lastOutput());
      tellExit(application, stored.what(), reason, 1, now, out);
    }
    out.change(new AgentChange.WorkloadGone(stored.name()));
  }

  void started(Application application, ProcessIdentity process, Now now, Outcome out) {
    long at = now.monotonicMillis();
    run(application, WorkloadMachine.started(application.workload, process, at), now, out);
  }

  void startFailed(Application application, Reason reason, Now now, Outcome out) {
    if (application.trial != null) {
      application.trial.exited(reason);
    }
    long at = now.monotonicMillis();
    run(application, WorkloadMachine.startFailed(application.workload, reason, at), now, out);
  }

  void exited(
      Application application, ProcessIdentity process, Reason reason, Now now, Outcome out) {
    over(application, process, reason, trial -> trial.exited(reason), now, out);
  }

  /// It was gone before the agent was there to see it.
  void missing(
      Application application, ProcessIdentity process, Reason reason, Now now, Outcome out) {
    long at = now.monotonicMillis();
    over(application, process, reason, trial -> trial.beginAnew(at), now, out);
  }

  private void over(
      Application application,
      ProcessIdentity process,
      Reason reason,
      Consumer<Trial> judge,
      Now now,
      Outcome out) {
    WorkloadState before = application.workload;
    WorkloadState next = WorkloadMachine.exited(before, process, reason, now.monotonicMillis());
    if (next instanceof WorkloadState.Waiting(var what, var _, var failures, var _)
        && !next.equals(before)) {
      application.exits++;
      if (application.trial != null) {
        judge.accept(application.trial);
      }
      boolean asked = before instanceof WorkloadState.Ending;
      if (!asked) {
        tellExit(application, what, reason, failures, now, out);
      }
    }
    run(application, next, now, out);
  }

  private void tellExit(
      Application application, Assignment what, Reason reason, int failures, Now now, Outcome out) {
    if (!isWorthAWord(failures) || !application.takeWord(now.monotonicMillis())) {
      application.untoldExits++;
      return;
    }
    Reason told =
        application.untoldExits > 0
                && reason instanceof Reason.WorkloadExited(var code, var lastOutput)
            ? new Reason.WorkloadExited(
                code, lastOutput + " (" + application.untoldExits + " more ends were not told)")
            : reason;
    application.untoldExits = 0;
    reports.event("workload-exited", application.name, what.release(), told, now, out);
  }

  /// A crash loop of weeks must not fill the outbox: after the first few, every doubling is told.
  private static boolean isWorthAWord(int failures) {
    return failures <= 4 || Integer.bitCount(failures) == 1;
  }

  void reloaded(Application application, AgentEvent.ReloadFinished event, Now now, Outcome out) {
    if (!WorkloadMachine.reloads(application.workload, event.release(), event.process())) {
      // Of an earlier one, which a core before this has asked for: it may have taken a minute.
      return;
    }
    Optional<Reason> failure = event.failure();
    if (failure.isPresent() && application.trial != null) {
      application.trial.refused(failure.get());
    }
    run(application, WorkloadMachine.reloaded(application.workload, failure), now, out);
  }

  /// One move towards what should run.
  void advance(Application application, Now now, Outcome out) {
    run(application, next(application, now), now, out);
  }

  private WorkloadState next(Application application, Now now) {
    if ((application.release instanceof ReleaseState.Switching
            || ReleaseMachine.buildsOverLive(application.release)
            || application.liveFolder != Application.LiveFolder.OWN)
        && (application.workload instanceof WorkloadState.Waiting
            || application.workload instanceof WorkloadState.Idle)) {
      // The link is on its way from what would be started to what comes, or its folder is.
      return application.workload;
    }
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

  /// Takes `next` as its state, and does what that asks for.
  void run(Application application, WorkloadState next, Now now, Outcome out) {
    WorkloadState before = application.workload;
    if (next.equals(before)) {
      return;
    }
    application.workload = next;
    application.endWatch();
    enter(application, before, now, out);
    if (WorkloadMachine.process(before).isPresent() && WorkloadMachine.process(next).isEmpty()) {
      out.change(new AgentChange.WorkloadGone(application.name));
    }
  }

  private void enter(Application application, WorkloadState before, Now now, Outcome out) {
    Name name = application.name;
    switch (application.workload) {
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
            && isWorthAWord(failures + 1)
            && application.takeWord(now.monotonicMillis())) {
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
      case WorkloadState.Stopping(var what, var process) -> stop(name, what, process, out);
      case WorkloadState.Ending(var what, var process, var failures, var cause) -> {
        if (isWorthAWord(failures + 1) && application.takeWord(now.monotonicMillis())) {
          reports.event("workload-unhealthy", name, what.release(), cause, now, out);
        }
        stop(name, what, process, out);
      }
      case WorkloadState.Idle _, WorkloadState.Waiting _ -> {}
    }
  }

  private void stop(Name name, Assignment what, ProcessIdentity process, Outcome out) {
    int grace =
        programs.find(what).map(it -> it.workload().stopGraceSeconds()).orElse(STOP_GRACE_SECONDS);
    out.effect(new AgentEffect.StopWorkload(name, process, grace));
  }
}
