package dev.tombolo.protocol.window;

/// A span of the local week, counted in minutes from Monday 00:00.
///
/// @param fromMinute first minute, 0-10079
/// @param untilMinute first minute after it; more than 10080 when it runs on into the next week
public record WeekSpan(int fromMinute, int untilMinute) {
  public static final int DAY_MINUTES = 24 * 60;
  public static final int WEEK_MINUTES = 7 * DAY_MINUTES;

  public WeekSpan {
    if (!isValid(fromMinute, untilMinute)) {
      throw new IllegalArgumentException(
          fromMinute + "-" + untilMinute + " is not a span of a week");
    }
  }

  public static boolean isValid(int fromMinute, int untilMinute) {
    return fromMinute >= 0
        && fromMinute < WEEK_MINUTES
        && untilMinute > fromMinute
        && untilMinute <= fromMinute + WEEK_MINUTES;
  }

  /// @param millisOfWeek since Monday 00:00, local
  boolean contains(long millisOfWeek) {
    long from = fromMinute * LocalTime.MINUTE_MILLIS;
    long until = untilMinute * LocalTime.MINUTE_MILLIS;
    return (millisOfWeek >= from && millisOfWeek < until)
        || millisOfWeek + LocalTime.WEEK_MILLIS < until;
  }
}
