package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.Name;
import org.jspecify.annotations.Nullable;

/// Looks for sites whose windows say another year than they did.
///
/// @param fromMillis when it was looked last
/// @param toMillis the moment it is looked for now; the same: nothing is under way
/// @param after the last site looked at; null: it begins
record YearWalk(long fromMillis, long toMillis, @Nullable Name after) {
  /// Sites looked at in one step.
  static final int SLICE = 500;

  static final YearWalk NEVER = new YearWalk(0, 0, null);

  private static final long DAY_MILLIS = 24L * 3_600_000;

  boolean isUnderWay() {
    return fromMillis != toMillis;
  }

  YearWalk done() {
    return new YearWalk(toMillis, toMillis, null);
  }

  YearWalk at(Name site) {
    return new YearWalk(fromMillis, toMillis, site);
  }

  /// When a day has begun since: the year of a site changes with a day.
  YearWalk next(long nowMillis) {
    if (fromMillis == 0) {
      return new YearWalk(nowMillis, nowMillis, null);
    }
    boolean isAnotherDay =
        Math.floorDiv(nowMillis, DAY_MILLIS) != Math.floorDiv(fromMillis, DAY_MILLIS);
    return isAnotherDay ? new YearWalk(fromMillis, nowMillis, null) : this;
  }
}
