package dev.tombolo.hub.desired;

import dev.tombolo.protocol.window.WeekSpan;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A time of day on some days of the week, as people write it: `Mon-Sat 22:00-06:00`, `Sat,Sun
/// 08:00-12:00`, or `01:00-05:00` for every day. One that ends when it begins or earlier ends on
/// the next day; it belongs to the day on which it begins.
///
/// @param fromMinute of the day, 0-1439
/// @param untilMinute of the day, 1-1440
public record Weekly(Set<DayOfWeek> days, int fromMinute, int untilMinute) {
  private static final Pattern FORM =
      Pattern.compile("(?:([A-Za-z,-]+) +)?(\\d\\d):(\\d\\d) ?- ?(\\d\\d):(\\d\\d)");
  private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");

  public Weekly {
    days = Set.copyOf(days);
  }

  /// @throws IllegalArgumentException when it is none; the message says what to write
  public static Weekly parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not a weekly time; write it like 'Mon-Sat 22:00-06:00' or '01:00-05:00'");
    }
    int from = minute(text, form.group(2), form.group(3));
    int until = minute(text, form.group(4), form.group(5));
    if (from == WeekSpan.DAY_MINUTES || from == until) {
      throw new IllegalArgumentException(
          "'" + text + "' is empty; for a whole day write 00:00-24:00");
    }
    Set<DayOfWeek> days =
        form.group(1) == null ? EnumSet.allOf(DayOfWeek.class) : days(text, form.group(1));
    return new Weekly(days, from, until == 0 ? WeekSpan.DAY_MINUTES : until);
  }

  private static int minute(String text, String hour, String minute) {
    int minutes = Integer.parseInt(hour) * 60 + Integer.parseInt(minute);
    if (Integer.parseInt(minute) > 59 || minutes > WeekSpan.DAY_MINUTES) {
      throw new IllegalArgumentException(
          "'" + text + "': " + hour + ":" + minute + " is no time of day; use 00:00 to 24:00");
    }
    return minutes;
  }

  private static Set<DayOfWeek> days(String text, String words) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String part : words.split(",", -1)) {
      String[] ends = part.split("-", -1);
      if (ends.length > 2) {
        throw new IllegalArgumentException(
            "'" + text + "': '" + part + "' are no days; write them like Mon-Fri or Sat,Sun");
      }
      DayOfWeek last = day(text, ends[ends.length - 1]);
      for (DayOfWeek day = day(text, ends[0]); ; day = day.plus(1)) {
        days.add(day);
        if (day == last) {
          break;
        }
      }
    }
    return days;
  }

  private static DayOfWeek day(String text, String word) {
    for (int i = 0; i < DAYS.size(); i++) {
      if (DAYS.get(i).equalsIgnoreCase(word)) {
        return DayOfWeek.of(i + 1);
      }
    }
    String meant = word.length() > 3 ? title(word.substring(0, 3)) : "";
    throw new IllegalArgumentException(
        "'"
            + text
            + "': '"
            + word
            + "' is not a day"
            + (meant.isEmpty()
                ? "; use " + String.join(", ", DAYS)
                : "; did you mean '" + meant + "'?"));
  }

  private static String title(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT)
        + word.substring(1).toLowerCase(Locale.ROOT);
  }

  /// One for each day.
  List<WeekSpan> spans() {
    int length =
        untilMinute > fromMinute
            ? untilMinute - fromMinute
            : untilMinute + WeekSpan.DAY_MINUTES - fromMinute;
    List<WeekSpan> spans = new ArrayList<>(days.size());
    for (DayOfWeek day : EnumSet.copyOf(days)) {
      int from = (day.getValue() - 1) * WeekSpan.DAY_MINUTES + fromMinute;
      spans.add(new WeekSpan(from, from + length));
    }
    return spans;
  }

  /// Reads back as the same.
  @Override
  public String toString() {
    String times = clock(fromMinute) + "-" + clock(untilMinute);
    if (days.size() == DAYS.size()) {
      return times;
    }
    StringBuilder text = new StringBuilder();
    for (int from = 0; from < DAYS.size(); from++) {
      if (!days.contains(DayOfWeek.of(from + 1))) {
        continue;
      }
      int last = from;
      while (last + 1 < DAYS.size() && days.contains(DayOfWeek.of(last + 2))) {
        last++;
      }
      text.append(text.isEmpty() ? "" : ",").append(DAYS.get(from));
      if (last > from) {
        text.append(last == from + 1 ? "," : "-").append(DAYS.get(last));
      }
      from = last;
    }
    return text + " " + times;
  }

  private static String clock(int minute) {
    return String.format(Locale.ROOT, "%02d:%02d", minute / 60, minute % 60);
  }
}
