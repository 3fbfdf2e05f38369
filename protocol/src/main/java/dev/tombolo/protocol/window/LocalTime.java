package dev.tombolo.protocol.window;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Arithmetic on what a clock on the wall shows, as milliseconds since 1970-01-01T00:00 local.
final class LocalTime {
  static final long MINUTE_MILLIS = 60_000;
  static final long DAY_MILLIS = WeekSpan.DAY_MINUTES * MINUTE_MILLIS;
  static final long WEEK_MILLIS = 7 * DAY_MILLIS;

  /// 1970-01-01 was a Thursday.
  private static final long MONDAY_TO_EPOCH_MILLIS = 3 * DAY_MILLIS;

  private static final DateTimeFormatter WORDS =
      DateTimeFormatter.ofPattern("EEE yyyy-MM-dd HH:mm", Locale.ROOT);

  private LocalTime() {}

  /// `Mon 2026-11-30 22:00`.
  static String words(long local) {
    return WORDS.format(LocalDateTime.ofEpochSecond(Math.floorDiv(local, 1000), 0, ZoneOffset.UTC));
  }

  /// Since Monday 00:00.
  static long ofWeek(long local) {
    return Math.floorMod(local + MONDAY_TO_EPOCH_MILLIS, WEEK_MILLIS);
  }

  static long day(long local) {
    return Math.floorDiv(local, DAY_MILLIS);
  }
}
