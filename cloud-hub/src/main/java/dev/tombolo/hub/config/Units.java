package dev.tombolo.hub.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations and sizes as people write them: a whole number and a unit, nothing else.
public final class Units {
  private static final Pattern SHAPE = Pattern.compile("(\\d{1,12})([A-Za-z]+)");
  private static final Map<String, Duration> DURATIONS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));
  private static final Map<String, Long> SIZES =
      Map.of(
          "B", 1L,
          "KB", 1000L,
          "MB", 1000_000L,
          "GB", 1000_000_000L,
          "KiB", 1024L,
          "MiB", 1024L * 1024,
          "GiB", 1024L * 1024 * 1024);

  /// What can be added to any time of today and still be told in milliseconds.
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Units() {}

  /// `90s`, `15m`, `1h`, `7d`, `500ms`.
  ///
  /// @throws IllegalArgumentException with what to write instead
  public static Duration duration(String text) {
    Matcher matcher = SHAPE.matcher(text);
    if (matcher.matches() && DURATIONS.containsKey(matcher.group(2))) {
      try {
        Duration read =
            DURATIONS
                .getOrDefault(matcher.group(2), Duration.ZERO)
                .multipliedBy(Long.parseLong(matcher.group(1)));
        if (read.compareTo(LONGEST) > 0) {
          throw new IllegalArgumentException(
              "'" + text + "' is too long; at most " + LONGEST.toDays() + "d");
        }
        return read;
      } catch (ArithmeticException e) {
        // said below
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a duration; write a number and a unit: 90s, 15m, 1h, 7d");
  }

  /// Bytes: `512KiB`, `2MiB`, `500KB`, `64B`.
  ///
  /// @throws IllegalArgumentException with what to write instead
  public static long size(String text) {
    Matcher matcher = SHAPE.matcher(text);
    if (matcher.matches() && SIZES.containsKey(matcher.group(2))) {
      try {
        return Math.multiplyExact(
            Long.parseLong(matcher.group(1)), SIZES.getOrDefault(matcher.group(2), 1L));
      } catch (ArithmeticException e) {
        // said below
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a size; write a number and a unit: 512KiB, 2MiB, 1GiB, 500KB");
  }
}
