package dev.tombolo.hub.desired;

import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The windows of a site as its devices get them: with the changes of its zone for whole calendar
/// years, so that the section stays the same all year.
public final class SiteWindows {
  /// After the one in which it is made.
  static final int YEARS_AHEAD = 3;

  /// The first weeks of January still get last year's section, each zone and site name its own
  /// share of them: a new year must not renew all documents at once.
  static final int SPREAD_DAYS = 28;

  private static final long DAY_MILLIS = 24L * 3600 * 1000;

  private SiteWindows() {}

  /// The year whose changes a site's section begins with.
  public static int year(String site, long nowMillis) {
    long late = Math.floorMod(site.hashCode(), SPREAD_DAYS) * DAY_MILLIS;
    return Instant.ofEpochMilli(nowMillis - late).atOffset(ZoneOffset.UTC).getYear();
  }

  /// @param liftedUntilMillis until then a person has lifted them for the device
  public static WindowsSection section(
      String timeZone, SiteTimes times, int year, @Nullable Long liftedUntilMillis) {
    return new WindowsSection(
        offsets(ZoneId.of(timeZone), year),
        spans(times.download()),
        spans(times.switching()),
        spans(times.openingHours()),
        times.freezeDates(),
        liftedUntilMillis);
  }

  /// @param rules empty: no bound
  public static LineSection line(
      String timeZone, Optional<LineRules> rules, int year, LineSection.@Nullable Pause pause) {
    List<LineSection.Limit> limits = new ArrayList<>();
    for (LineRules.Limit limit : rules.map(LineRules::bandwidth).orElse(List.of())) {
      for (WeekSpan span : spans(List.of(limit.hours()))) {
        limits.add(new LineSection.Limit(span, limit.limit()));
      }
    }
    return new LineSection(offsets(ZoneId.of(timeZone), year), limits, pause);
  }

  private static ZoneOffsets offsets(ZoneId zone, int year) {
    ZoneRules rules = zone.getRules();
    Instant start = LocalDate.of(year, 1, 1).atStartOfDay(ZoneOffset.UTC).toInstant();
    Instant end =
        LocalDate.of(year + YEARS_AHEAD + 1, 1, 1).atStartOfDay(ZoneOffset.UTC).toInstant();
    List<ZoneOffsets.Change> changes = new ArrayList<>();
    ZoneOffsetTransition next = rules.nextTransition(start);
    while (next != null && next.getInstant().isBefore(end)) {
      changes.add(
          new ZoneOffsets.Change(
              next.getInstant().getEpochSecond(), next.getOffsetAfter().getTotalSeconds()));
      next = rules.nextTransition(next.getInstant());
    }
    return new ZoneOffsets(zone.getId(), rules.getOffset(start).getTotalSeconds(), changes);
  }

  /// In their order, those that touch made one: however people write it, it is the same section.
  private static List<WeekSpan> spans(List<Weekly> weekly) {
    List<WeekSpan> all = new ArrayList<>();
    for (Weekly one : weekly) {
      all.addAll(one.spans());
    }
    all.sort(Comparator.comparingInt(WeekSpan::fromMinute).thenComparingInt(WeekSpan::untilMinute));
    List<WeekSpan> merged = new ArrayList<>(all.size());
    for (WeekSpan span : all) {
      WeekSpan last = merged.isEmpty() ? null : merged.getLast();
      if (last != null && span.fromMinute() <= last.untilMinute()) {
        int until = Math.max(last.untilMinute(), span.untilMinute());
        merged.set(
            merged.size() - 1,
            new WeekSpan(
                last.fromMinute(), Math.min(until, last.fromMinute() + WeekSpan.WEEK_MINUTES)));
      } else {
        merged.add(span);
      }
    }
    return merged;
  }
}
