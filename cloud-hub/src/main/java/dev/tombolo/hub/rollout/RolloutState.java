package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.reason.Reason;

/// Where a rollout stands.
///
/// ```
///                 gate passed, next wave opens
///                        .------.
///                        |      v
///   Planning ----------> Rolling ----------------------> Completed
///                        |     ^   all reached, or said no   |
///                  pause |     | resume                      |
///                        v     |                             |
///                        Paused|        retry                |
///                        |     '-----------------------------+
///          abort, or too |                                   |
///            much failed |                          rollback |
///                        v                                   v
///                        Aborted ----- rollback -----> RolledBack
/// ```
///
/// `Rolling` and `Paused` become `Expired` at the deadline, if there is one. Aborted, rolled back
/// and expired are ends: no permit is given any more. `Completed` stays good for devices that come
/// later; one whose devices newer rollouts had taken before all waves were open rolls again, from
/// the gate where it was, when one comes back.
///
/// Each state but `Planning` knows `openThrough`, the last wave that is open.
public sealed interface RolloutState {

  /// -1: none.
  int openThrough();

  /// Who is in which wave is being found out.
  record Planning() implements RolloutState {
    @Override
    public int openThrough() {
      return -1;
    }
  }

  /// @param openedMillis when its last open wave was opened
  /// @param healthySinceMillis since when the gate's share is met without a break; 0: it is not
  /// @param approvedBy who approved the opening of the next wave; empty: nobody yet
  record Rolling(int openThrough, long openedMillis, long healthySinceMillis, String approvedBy)
      implements RolloutState {}

  record Paused(int openThrough, String by, long sinceMillis) implements RolloutState {}

  /// Every device that was reached has it or has refused it, and none is left to be reached: with
  /// waves that are not open, because newer rollouts have all of them.
  record Completed(int openThrough, long millis) implements RolloutState {}

  /// @param by a person, or the hub
  record Aborted(int openThrough, String by, Reason cause, long millis) implements RolloutState {}

  record RolledBack(int openThrough, String by, Reason cause, long millis)
      implements RolloutState {}

  /// Closed at its deadline.
  record Expired(int openThrough, long millis) implements RolloutState {}

  /// Whether devices may still get permits, now or when somebody resumes it.
  default boolean isUnderWay() {
    return switch (this) {
      case Planning _, Rolling _, Paused _ -> true;
      case Completed _, Aborted _, RolledBack _, Expired _ -> false;
    };
  }

  /// Whether it never began, or its application was taken off the fleet since: it selects nothing,
  /// and is kept for its name, and for permits that may still be used.
  default boolean isVoid() {
    return this instanceof Aborted && openThrough() < 0;
  }

  /// Whether a permit may be given at this moment.
  default boolean givesPermits() {
    return switch (this) {
      case Rolling _, Completed _ -> true;
      case Planning _, Paused _, Aborted _, RolledBack _, Expired _ -> false;
    };
  }

  /// Whether permits that were given are good no longer.
  default boolean isWithdrawn() {
    return switch (this) {
      case Aborted _, RolledBack _, Expired _ -> true;
      case Planning _, Rolling _, Paused _, Completed _ -> false;
    };
  }
}
