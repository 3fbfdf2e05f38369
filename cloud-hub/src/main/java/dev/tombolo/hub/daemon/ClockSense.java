package dev.tombolo.hub.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// Whether the machine's clock can be right, by what the hub wrote down before. Devices believe the
/// hub's clock, and it decides which of their certificates have run out.
final class ClockSense {
  /// Clocks are set back by this much now and then.
  private static final Duration BACK_MAX = Duration.ofMinutes(5);

  /// A hub is hardly ever off for longer.
  private static final Duration QUIET_MAX = Duration.ofDays(60);

  private ClockSense() {}

  /// What to tell the operator.
  ///
  /// @param newestMillis of what the hub has written last
  static Optional<String> doubt(long newestMillis, long nowMillis) {
    Instant newest = Instant.ofEpochMilli(newestMillis).truncatedTo(ChronoUnit.SECONDS);
    Instant now = Instant.ofEpochMilli(nowMillis).truncatedTo(ChronoUnit.SECONDS);
    if (now.plus(BACK_MAX).isBefore(newest)) {
      return Optional.of(
          "the clock says "
              + now
              + ", which is before the newest audit line of "
              + newest
              + ": it is behind now, or was ahead then; set it, and let it be kept right (NTP)");
    }
    if (newest.plus(QUIET_MAX).isBefore(now)) {
      return Optional.of(
          "the clock says "
              + now
              + ", but the newest audit line is of "
              + newest
              + ": if this hub was not off for "
              + Duration.between(newest, now).toDays()
              + " days, stop it and set the clock, else devices lose their certificates' time"
              + " and wait for approval");
    }
    return Optional.empty();
  }
}
