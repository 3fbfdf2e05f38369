package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ProbeWatch;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Trial;
import dev.tombolo.agent.workload.WorkloadMachine;
import dev.tombolo.agent.workload.WorkloadState;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Probe;
import dev.tombolo.protocol.release.WorkloadSpec;
import java.util.List;
import java.util.Optional;

/// Asks the probes of what runs, and judges releases on probation.
final class ProbeSteps {
  private static final ProbeWatch NOT_YET = new ProbeWatch(List.of(), 0, 0, 0, Optional.empty());

  /// What ran for so long did not take the agent down by starting.
  private static final long STEADY_MILLIS = 10 * 60_000;

  private final Programs programs;

  /// Goes on from the time at which the core began: probes that an earlier core has asked in this
  /// process may still answer, and no core begins a watch each millisecond.
  private long rounds;

  ProbeSteps(Programs programs, Now now) {
    this.programs = programs;
    this.rounds = now.monotonicMillis();
  }

  /// Begins a watch where one is needed, and asks the probes that are due.
  ///
  /// @return true when a watch began
  boolean watch(Application application, Now now, Outcome out) {
    Optional<Program> program =
        ReleaseMachine.running(application.release)
            .flatMap(programs::find)
            .filter(it -> runs(application, it));
    if (program.isEmpty()) {
      application.endWatch();
      return false;
    }
    Assignment what = program.get().what();
    boolean begins = !what.equals(application.watched);
    ProbeWatch watch = application.watch;
    if (begins || watch == null) {
      rounds++;
      WorkloadSpec workload = program.get().workload();
      watch =
          new ProbeWatch(
              workload.probes(),
              workload.startupSeconds(),
              rounds,
              now.monotonicMillis(),
              Optional.ofNullable(application.before));
      application.before = null;
      application.watch = watch;
      application.watched = what;
    }
    for (Probe probe : watch.due(now.monotonicMillis())) {
      out.effect(
          new AgentEffect.RunProbe(
              application.name,
              what.release(),
              watch.round(),
              probe,
              program.get().workload().env()));
    }
    return begins;
  }

  /// Time passes, and all that had come by now has been told.
  ///
  /// @return true when a probe is late
  boolean heard(Application application, Now now) {
    if (application.trial != null) {
      application.trial.heard(now.monotonicMillis());
    }
    return application.watch != null && application.watch.late(now.monotonicMillis());
  }

  private static boolean runs(Application application, Program program) {
    return !program.hasProcess() || WorkloadMachine.runs(application.workload, program.what());
  }

  /// @return true when the answer changes what a status shows
  boolean answered(Application application, AgentEvent.ProbeFinished event, Now now) {
    ProbeWatch watch = application.watch;
    if (watch == null) {
      return false;
    }
    boolean passed = watch.allPass();
    List<Reason> failures = watch.failures();
    watch.answered(
        event.probe(), event.round(), event.failure(), event.isForGood(), now.monotonicMillis());
    return passed != watch.allPass() || !failures.equals(watch.failures());
  }

  /// What becomes of a process whose probes go on failing. Not of a release on probation: that one
  /// is judged, and rolled back.
  WorkloadState healed(Application application) {
    if (application.watch == null || application.release instanceof ReleaseState.Probing) {
      return application.workload;
    }
    return application
        .watch
        .unhealthy()
        .map(it -> WorkloadMachine.unhealthy(application.workload, it.reason(), it.sinceMillis()))
        .orElse(application.workload);
  }

  /// Where a release on probation goes now.
  ReleaseState judged(Application application, Now now) {
    ReleaseState state = application.release;
    Optional<Assignment> what =
        state instanceof ReleaseState.Probing || state instanceof ReleaseState.Restoring
            ? ReleaseMachine.running(state)
            : Optional.empty();
    Optional<Program> program = what.flatMap(programs::find);
    if (program.isEmpty()) {
      // It runs nowhere any more on this machine: not to be waited for.
      return what.flatMap(programs::unfit)
          .map(reason -> ReleaseMachine.failed(state, reason))
          .orElse(state);
    }
    if (application.trial == null && !begins(application, program.get())) {
      return state;
    }
    boolean restoring = state instanceof ReleaseState.Restoring;
    Trial trial = application.trial;
    if (trial == null) {
      int soakSeconds = restoring ? 0 : program.get().workload().soakSeconds();
      int startupSeconds = program.get().workload().startupSeconds();
      boolean reloads = !restoring && application.workload instanceof WorkloadState.Reloading;
      trial = new Trial(startupSeconds, soakSeconds, reloads, now.monotonicMillis());
      application.trial = trial;
    }
    ProbeWatch watch = application.watch == null ? NOT_YET : application.watch;
    boolean runs = runs(application, program.get());
    return switch (trial.judge(runs, watch, now.monotonicMillis())) {
      case Trial.Verdict.GoingOn _ -> {
        boolean steady = now.monotonicMillis() - trial.sinceMillis() >= STEADY_MILLIS;
        yield steady ? ReleaseMachine.steady(state) : state;
      }
      case Trial.Verdict.Passed _ -> ReleaseMachine.passed(state);
      case Trial.Verdict.Failed(var cause) -> ReleaseMachine.failed(state, cause);
    };
  }

  /// The time to start up counts from the first start, not from the end of the one before.
  private static boolean begins(Application application, Program program) {
    if (!program.hasProcess()) {
      return true;
    }
    return switch (application.workload) {
      case WorkloadState.Starting(var what, var _) -> what.equals(program.what());
      case WorkloadState.Running(var what, var _, var _, var _) -> what.equals(program.what());
      case WorkloadState.Waiting(var what, var _, var _, var _) -> what.equals(program.what());
      case WorkloadState.Reloading(var _, var to, var _, var _) -> to.equals(program.what());
      case WorkloadState.Idle _, WorkloadState.Stopping _, WorkloadState.Ending _ -> false;
    };
  }
}
