package dev.tombolo.agent.core;

import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;

/// The earliest moment it can be, whatever the wall clock says: when the agent was built, the last
/// time that the hub signed or said.
final class TimeFloor {
  /// Clocks of hub and device may differ by this much before it is worth a word.
  private static final long TOLERANCE_MILLIS = 120_000;

  /// How far ahead of the floor a time must be that is only said, not signed: rows are acknowledged
  /// all the time, and the floor is written to the disk twice.
  private static final long STEP_MILLIS = 60_000;

  private long millis;

  TimeFloor(long buildMillis, long keptMillis) {
    this.millis = Math.max(buildMillis, keptMillis);
  }

  void raise(long toMillis, Outcome out) {
    if (toMillis > millis) {
      millis = toMillis;
      out.change(new AgentChange.TimeFloorRaised(toMillis));
    }
  }

  void follow(long saidMillis, Outcome out) {
    if (saidMillis - millis >= STEP_MILLIS) {
      raise(saidMillis, out);
    }
  }

  long millis() {
    return millis;
  }

  long trustedWallMillis(Now now) {
    return Math.max(millis, now.wallMillis());
  }

  Optional<Reason> trouble(Now now) {
    return now.wallMillis() + TOLERANCE_MILLIS < millis
        ? Optional.of(new Reason.ClockBehind(millis, now.wallMillis()))
        : Optional.empty();
  }
}
