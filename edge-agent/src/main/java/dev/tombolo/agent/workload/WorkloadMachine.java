package dev.tombolo.agent.workload;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.workload.WorkloadState.Ending;
import dev.tombolo.agent.workload.WorkloadState.Idle;
import dev.tombolo.agent.workload.WorkloadState.Reloading;
import dev.tombolo.agent.workload.WorkloadState.Running;
import dev.tombolo.agent.workload.WorkloadState.Starting;
import dev.tombolo.agent.workload.WorkloadState.Stopping;
import dev.tombolo.agent.workload.WorkloadState.Waiting;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;

/// The moves of [WorkloadState]: one process at the most, the right one as soon as may be, and
/// never given up.
public final class WorkloadMachine {
  static final long BACKOFF_MIN_MILLIS = 1_000;
  static final long BACKOFF_MAX_MILLIS = 60_000;

  /// Who ran well for this long has recovered: its failures are forgotten.
  static final long RECOVERED_MILLIS = 60_000;

  private WorkloadMachine() {}

  /// What should run.
  ///
  /// @param reloads whether a process of this application that runs now can take it on in place
  public record Goal(Assignment what, boolean reloads) {}

  /// One move towards the goal.
  public static WorkloadState toward(WorkloadState state, Optional<Goal> goal, long nowMillis) {
    return switch (state) {
      case Idle idle -> goal.isEmpty() ? idle : new Starting(goal.get().what(), 0);
      case Starting _, Stopping _, Reloading _, Ending _ -> state;
      case Waiting at -> {
        if (goal.isEmpty()) {
          yield new Idle();
        }
        Assignment what = goal.get().what();
        if (!what.equals(at.what())) {
          yield new Starting(what, 0);
        }
        yield nowMillis >= at.untilMillis() ? new Starting(what, at.failures()) : at;
      }
      case Running at -> {
        if (goal.isEmpty()) {
          yield new Stopping(at.what(), at.process());
        }
        Assignment what = goal.get().what();
        if (what.equals(at.what())) {
          yield at;
        }
        yield goal.get().reloads()
            ? new Reloading(at.what(), what, at.process(), at.sinceMillis())
            : new Stopping(at.what(), at.process());
      }
    };
  }

  public static WorkloadState started(
      WorkloadState state, ProcessIdentity process, long nowMillis) {
    return state instanceof Starting at
        ? new Running(at.what(), process, nowMillis, at.failures())
        : state;
  }

  public static WorkloadState startFailed(WorkloadState state, Reason reason, long nowMillis) {
    return state instanceof Starting at
        ? waiting(at.what(), at.failures(), reason, nowMillis)
        : state;
  }

  public static WorkloadState exited(
      WorkloadState state, ProcessIdentity process, Reason reason, long nowMillis) {
    return switch (state) {
      case Running at when at.process().equals(process) -> {
        boolean recovered = nowMillis - at.sinceMillis() >= RECOVERED_MILLIS;
        yield waiting(at.what(), recovered ? 0 : at.failures(), reason, nowMillis);
      }
      case Reloading at when at.process().equals(process) -> waiting(at.to(), 0, reason, nowMillis);
      case Stopping at when at.process().equals(process) -> new Idle();
      case Ending at when at.process().equals(process) ->
          waiting(at.what(), at.failures(), at.cause(), nowMillis);
      case Idle _, Starting _, Running _, Reloading _, Stopping _, Ending _, Waiting _ -> state;
    };
  }

  /// Its probes say that it hangs. That counts like an exit, from when it was last well.
  ///
  /// @param sinceMillis of the first failure in the row
  public static WorkloadState unhealthy(WorkloadState state, Reason cause, long sinceMillis) {
    if (!(state instanceof Running at)) {
      return state;
    }
    boolean recovered = sinceMillis - at.sinceMillis() >= RECOVERED_MILLIS;
    return new Ending(at.what(), at.process(), recovered ? 0 : at.failures(), cause);
  }

  /// Whether this process is to take this release on.
  public static boolean reloads(WorkloadState state, Digest release, ProcessIdentity process) {
    return state instanceof Reloading at
        && at.to().release().equals(release)
        && at.process().equals(process);
  }

  /// A process that cannot take the new release on is restarted with it.
  public static WorkloadState reloaded(WorkloadState state, Optional<Reason> failure) {
    if (!(state instanceof Reloading at)) {
      return state;
    }
    return failure.isEmpty()
        ? new Running(at.to(), at.process(), at.sinceMillis(), 0)
        : new Stopping(at.to(), at.process());
  }

  private static Waiting waiting(Assignment what, int failures, Reason reason, long nowMillis) {
    return new Waiting(what, nowMillis + backoffMillis(failures), failures + 1, reason);
  }

  static long backoffMillis(int failures) {
    return failures >= 6
        ? BACKOFF_MAX_MILLIS
        : Math.min(BACKOFF_MAX_MILLIS, BACKOFF_MIN_MILLIS << failures);
  }

  /// The process that exists in this state, if any.
  public static Optional<ProcessIdentity> process(WorkloadState state) {
    return switch (state) {
      case Running at -> Optional.of(at.process());
      case Reloading at -> Optional.of(at.process());
      case Stopping at -> Optional.of(at.process());
      case Ending at -> Optional.of(at.process());
      case Idle _, Starting _, Waiting _ -> Optional.empty();
    };
  }

  /// What the process that exists in this state runs.
  public static Optional<Assignment> what(WorkloadState state) {
    return switch (state) {
      case Running at -> Optional.of(at.what());
      case Reloading at -> Optional.of(at.from());
      case Stopping at -> Optional.of(at.what());
      case Ending at -> Optional.of(at.what());
      case Idle _, Starting _, Waiting _ -> Optional.empty();
    };
  }

  public static boolean runs(WorkloadState state, Assignment what) {
    return state instanceof Running at && at.what().equals(what);
  }
}
