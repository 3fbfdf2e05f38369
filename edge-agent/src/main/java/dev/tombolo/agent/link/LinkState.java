package dev.tombolo.agent.link;

import dev.tombolo.protocol.reason.Reason;

/// The line to the hub. Times are monotonic milliseconds; `line` is the persisted connect count.
///
/// ```
///   Waiting --(its time)--> Opening --(opened)--> Open
///      ^                       |                   |
///      `-------(failed)--------+-----(closed)------'      any --(stop)--> Ended
/// ```
public sealed interface LinkState {

  /// @param failures attempts and lines in a row that did not last
  /// @param next index of the link to try
  record Waiting(long untilMillis, int failures, int next, Reason cause) implements LinkState {}

  record Opening(long line, long sinceMillis, int failures, int link) implements LinkState {}

  record Open(long line, long sinceMillis, int failures, int link) implements LinkState {}

  record Ended() implements LinkState {}
}
