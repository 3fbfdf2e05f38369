package dev.tombolo.agent.window;

import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;

/// What time it is, as far as the device can be sure. The wall clock alone is never enough to
/// contradict what the hub has said:
///
/// - Within the boot in which the hub last said the time, that time and a clock that only counts
///   decide. A wall clock that agrees is preferred (it may be disciplined, the other drifts); one
///   that is as wrong as it was then is ignored; one that was set to something else since makes the
///   time unsure: either it or the counting clock (asleep with the machine) is wrong.
/// - After a boot in which the hub has said nothing, the wall clock counts unless it is behind what
///   is surely over.
public sealed interface BestTime {
  /// Clocks may differ by this much at once.
  long TOLERANCE_MILLIS = 120_000;

  /// And by this much after long.
  long TOLERANCE_MILLIS_MAX = 15 * 60_000;

  /// A clock that only counts drifts by less than one in so many.
  long DRIFT = 2_000;

  record Sure(long millis) implements BestTime {}

  /// @param why the clock of this device is not to be trusted
  record Unsure(Reason why) implements BestTime {}

  /// @param floorMillis it is surely no earlier
  /// @param heard in this boot of the machine; empty when the hub has said nothing in it
  static BestTime judge(
      long floorMillis, Optional<TimeHeard> heard, long wallMillis, long monotonicMillis) {
    if (heard.isEmpty()) {
      return behind(wallMillis, floorMillis)
          ? new Unsure(new Reason.ClockBehind(floorMillis, wallMillis))
          : new Sure(Math.max(floorMillis, wallMillis));
    }
    TimeHeard last = heard.get();
    long elapsed = monotonicMillis - last.monotonicMillis();
    long counted = last.counted(monotonicMillis);
    if (behind(counted, floorMillis)) {
      // The hub said a later time before: one of the two was wrong.
      return new Unsure(new Reason.ClockBehind(floorMillis, counted));
    }
    long tolerance = Math.min(TOLERANCE_MILLIS_MAX, TOLERANCE_MILLIS + elapsed / DRIFT);
    if (Math.abs(wallMillis - counted) <= tolerance) {
      return new Sure(Math.max(floorMillis, wallMillis));
    }
    if (Math.abs(wallMillis - last.wallMillis() - elapsed) <= tolerance) {
      return new Sure(Math.max(floorMillis, counted));
    }
    return new Unsure(new Reason.ClockJumped(counted, wallMillis));
  }

  private static boolean behind(long millis, long floorMillis) {
    return millis + TOLERANCE_MILLIS < floorMillis;
  }
}
