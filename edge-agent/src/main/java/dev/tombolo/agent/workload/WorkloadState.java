package dev.tombolo.agent.workload;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.protocol.reason.Reason;

/// What an application's process is doing. Times are monotonic milliseconds.
///
/// ```
///            .--------------- wanted again, or its time has come ----------.
///            v                                                             |
///   Idle --> Starting --> Running --> (exit) ---------------------------> Waiting
///    ^          |           |  ^ |--> Reloading --(reloaded)--> Running      ^
///    |          |           |  | `--(unhealthy)--> Ending --(exit)-----------|
///    |          `--(failed)-|--|---------------------------------------------'
///    `--(exit)-- Stopping <-'  `-- adopted after a restart of the agent
/// ```
public sealed interface WorkloadState {

  record Idle() implements WorkloadState {}

  /// @param failures starts and runs in a row that ended too soon
  record Starting(Assignment what, int failures) implements WorkloadState {}

  record Running(Assignment what, ProcessIdentity process, long sinceMillis, int failures)
      implements WorkloadState {}

  /// The process takes on `to` without ending.
  record Reloading(Assignment from, Assignment to, ProcessIdentity process, long sinceMillis)
      implements WorkloadState {}

  record Stopping(Assignment what, ProcessIdentity process) implements WorkloadState {}

  /// It is ended to be started again, because its probes fail.
  ///
  /// @param failures without this one
  record Ending(Assignment what, ProcessIdentity process, int failures, Reason cause)
      implements WorkloadState {}

  /// It ended or could not be started; tried again at `untilMillis`.
  record Waiting(Assignment what, long untilMillis, int failures, Reason cause)
      implements WorkloadState {}
}
