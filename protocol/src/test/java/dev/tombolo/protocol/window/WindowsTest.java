package dev.tombolo.protocol.window;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.window.Windows.Kind;
import dev.tombolo.protocol.window.Windows.Shut;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The oracle is [java.time]: it knows the zones by their names.
class WindowsTest {
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final ZoneId LORD_HOWE = ZoneId.of("Australia/Lord_Howe");
  private static final ZoneId APIA = ZoneId.of("Pacific/Apia");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Europe/Berlin",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "Africa/Casablanca",
        "America/St_Johns"
      })
  void whatTheWallsClockShowsIsWhatCounts(String name) {
    ZoneId zone = ZoneId.of(name);
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      // Apia had no 30 December 2011, Sao Paulo its last summer time in 2019.
      int year = 2010 + random.nextInt(19);
      WindowsSection section = any(random, zone, year);
      Windows windows = new Windows(section);
      for (int i = 0; i < 60; i++) {
        long at = interesting(random, zone, year);
        assertThat(windows.isOpen(Kind.SWITCH, at))
            .as("%s seed %d switch at %s", name, seed, Instant.ofEpochMilli(at))
            .isEqualTo(mayByTheOracle(section, zone, Kind.SWITCH, at));
        assertThat(windows.isOpen(Kind.DOWNLOAD, at))
            .as("%s seed %d download at %s", name, seed, Instant.ofEpochMilli(at))
            .isEqualTo(mayByTheOracle(section, zone, Kind.DOWNLOAD, at));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Europe/Berlin",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Apia"
      })
  void theNextOpeningAndClosingAreTheFirstMinuteThatTheOracleFinds(String name) {
    ZoneId zone = ZoneId.of(name);
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      int year = 2010 + random.nextInt(19);
      WindowsSection section = any(random, zone, year);
      Windows windows = new Windows(section);
      for (int i = 0; i < 4; i++) {
        long at = interesting(random, zone, year);
        Kind kind = random.nextBoolean() ? Kind.SWITCH : Kind.DOWNLOAD;
        for (boolean open : new boolean[] {true, false}) {
          long wanted = firstMinute(section, zone, kind, at, open);
          OptionalLong found = open ? windows.nextOpening(kind, at) : windows.nextClosing(kind, at);
          String what = name + " seed " + seed + " from " + Instant.ofEpochMilli(at);
          if (wanted >= 0) {
            assertThat(found).as(what).hasValue(wanted);
          } else if (found.isPresent()) {
            assertThat(found.getAsLong()).as(what).isGreaterThan(at + LOOKED_AT_MILLIS - MINUTE);
          }
        }
      }
    }
  }

  @Test
  void anHourThatTheClockSkipsInSpringDoesNotCome() {
    // 2026-03-29 02:00 -> 03:00
    Windows windows = new Windows(switching(BERLIN, 2026, spans("02:15", "02:45")));
    long evening = at(BERLIN, "2026-03-28T20:00");

    assertThat(windows.nextOpening(Kind.SWITCH, evening)).hasValue(at(BERLIN, "2026-03-30T02:15"));
  }

  @Test
  void aWindowThatReachesOverTheGapIsShorterThatNight() {
    Windows windows = new Windows(switching(BERLIN, 2026, spans("01:30", "03:30")));
    long opens = at(BERLIN, "2026-03-29T01:30");

    assertThat(windows.nextOpening(Kind.SWITCH, at(BERLIN, "2026-03-28T20:00"))).hasValue(opens);
    assertThat(windows.nextClosing(Kind.SWITCH, opens)).hasValue(opens + HOUR);
  }

  @Test
  void anHourThatTheClockShowsTwiceInAutumnComesTwice() {
    // 2026-10-25 03:00 -> 02:00
    Windows windows = new Windows(switching(BERLIN, 2026, spans("02:15", "02:45")));
    long first = Instant.parse("2026-10-25T00:15:00Z").toEpochMilli();

    assertThat(windows.nextOpening(Kind.SWITCH, first - HOUR)).hasValue(first);
    assertThat(windows.nextClosing(Kind.SWITCH, first)).hasValue(first + 30 * MINUTE);
    assertThat(windows.nextOpening(Kind.SWITCH, first + 30 * MINUTE)).hasValue(first + HOUR);
    assertThat(windows.nextClosing(Kind.SWITCH, first + HOUR)).hasValue(first + 90 * MINUTE);
  }

  @Test
  void halfAnHourOfSummerTimeIsHalfAnHour() {
    // Lord Howe: 2026-10-04 02:00 -> 02:30
    Windows windows = new Windows(switching(LORD_HOWE, 2026, spans("01:00", "03:00")));
    long opens = at(LORD_HOWE, "2026-10-04T01:00");

    assertThat(windows.nextClosing(Kind.SWITCH, opens)).hasValue(opens + 90 * MINUTE);
  }

  @Test
  void aDayThatAnIslandSkipsHasNoWindows() {
    Windows windows = new Windows(switching(APIA, 2011, spans("01:00", "03:00")));
    long thursday = at(APIA, "2011-12-29T12:00");

    assertThat(windows.nextOpening(Kind.SWITCH, thursday)).hasValue(at(APIA, "2011-12-31T01:00"));
  }

  @Test
  void aFreezeEndsAtLocalMidnight() {
    LocalDate day = LocalDate.of(2026, 12, 24);
    WindowsSection section =
        section(BERLIN, 2026, List.of(), List.of(), List.of(), List.of(new DateSpan(day, day)));
    Windows windows = new Windows(section);
    long noon = at(BERLIN, "2026-12-24T12:00");

    assertThat(windows.shut(Kind.SWITCH, noon)).contains(Shut.FROZEN);
    assertThat(windows.isOpen(Kind.DOWNLOAD, noon)).isTrue();
    assertThat(windows.nextOpening(Kind.SWITCH, noon)).hasValue(at(BERLIN, "2026-12-25T00:00"));
  }

  @Test
  void withinOpeningHoursNothingIsSwitchedThoughTheWindowIsOpen() {
    WindowsSection section =
        section(
            BERLIN, 2026, List.of(), spans("06:00", "22:00"), spans("08:00", "20:00"), List.of());
    Windows windows = new Windows(section);

    assertThat(windows.shut(Kind.SWITCH, at(BERLIN, "2026-06-01T12:00"))).contains(Shut.SHOP_OPEN);
    assertThat(windows.shut(Kind.SWITCH, at(BERLIN, "2026-06-01T23:00"))).contains(Shut.OUTSIDE);
    assertThat(windows.nextOpening(Kind.SWITCH, at(BERLIN, "2026-06-01T12:00")))
        .hasValue(at(BERLIN, "2026-06-01T20:00"));
  }

  @Test
  void windowsWithinOpeningHoursNeverOpen() {
    WindowsSection section =
        section(
            BERLIN, 2026, List.of(), spans("09:00", "10:00"), spans("08:00", "20:00"), List.of());

    assertThat(new Windows(section).nextOpening(Kind.SWITCH, at(BERLIN, "2026-06-01T12:00")))
        .isEmpty();
  }

  @Test
  void whatAPersonHasLiftedIsOpenUntilThen() {
    long noon = at(BERLIN, "2026-12-24T12:00");
    WindowsSection shut = switching(BERLIN, 2026, spans("02:00", "03:00"));
    Windows windows =
        new Windows(
            new WindowsSection(
                shut.zone(),
                spans("03:00", "04:00"),
                shut.switching(),
                spans("08:00", "20:00"),
                List.of(),
                noon + HOUR));

    assertThat(windows.isOpen(Kind.SWITCH, noon)).isTrue();
    assertThat(windows.isOpen(Kind.DOWNLOAD, noon)).isTrue();
    assertThat(windows.nextClosing(Kind.SWITCH, noon)).hasValue(noon + HOUR);
    assertThat(windows.shut(Kind.SWITCH, noon + HOUR)).contains(Shut.SHOP_OPEN);
  }

  @Test
  void withNothingDeclaredItIsAlwaysOpen() {
    Windows windows =
        new Windows(section(BERLIN, 2026, List.of(), List.of(), List.of(), List.of()));

    assertThat(windows.nextClosing(Kind.SWITCH, at(BERLIN, "2026-06-01T12:00"))).isEmpty();
    assertThat(windows.isOpen(Kind.DOWNLOAD, 0)).isTrue();
  }

  @Test
  void afterTheLastChangeThatWasShippedTheClockStaysAsItIs() {
    WindowsSection whole = switching(BERLIN, 2026, spans("02:00", "03:00"));
    ZoneOffsets zone = whole.zone();
    List<ZoneOffsets.Change> shipped =
        zone.changes().stream()
            .filter(it -> it.atSeconds() * 1000 < at(BERLIN, "2027-01-01T00:00"))
            .toList();
    Windows windows =
        new Windows(
            new WindowsSection(
                new ZoneOffsets(zone.zone(), zone.offsetSeconds(), shipped),
                List.of(),
                whole.switching(),
                List.of(),
                List.of(),
                null));
    // The shipped year ends in winter time; the oracle's summer of 2027 is an hour ahead of it.
    long summer = at(BERLIN, "2027-07-01T00:00");

    assertThat(windows.nextOpening(Kind.SWITCH, summer)).hasValue(at(BERLIN, "2027-07-01T03:00"));
  }

  @Test
  void aMomentIsToldAsTheShopsClockShowsIt() {
    Windows windows = new Windows(switching(ZoneId.of("Asia/Kathmandu"), 2026, List.of()));

    assertThat(windows.local(Instant.parse("2026-11-30T16:15:00Z").toEpochMilli()))
        .isEqualTo("Mon 2026-11-30 22:00");
  }

  // The oracle

  private static final long LOOKED_AT_MILLIS = 9 * 24 * HOUR;

  private static long firstMinute(
      WindowsSection section, ZoneId zone, Kind kind, long from, boolean open) {
    long at = from;
    while (at < from + LOOKED_AT_MILLIS) {
      if (mayByTheOracle(section, zone, kind, at) == open) {
        return at;
      }
      at = (Math.floorDiv(at, MINUTE) + 1) * MINUTE;
    }
    return -1;
  }

  private static boolean mayByTheOracle(WindowsSection section, ZoneId zone, Kind kind, long at) {
    Long lifted = section.liftedUntilMillis();
    if (lifted != null && at < lifted) {
      return true;
    }
    ZonedDateTime shop = Instant.ofEpochMilli(at).atZone(zone);
    if (kind == Kind.DOWNLOAD) {
      return section.download().isEmpty() || in(section.download(), shop);
    }
    LocalDate today = shop.toLocalDate();
    boolean frozen =
        section.freezeDates().stream()
            .anyMatch(it -> !today.isBefore(it.from()) && !today.isAfter(it.through()));
    return !frozen
        && !in(section.openingHours(), shop)
        && (section.switching().isEmpty() || in(section.switching(), shop));
  }

  private static boolean in(List<WeekSpan> spans, ZonedDateTime shop) {
    int minute =
        (shop.getDayOfWeek().getValue() - DayOfWeek.MONDAY.getValue()) * 24 * 60
            + shop.getHour() * 60
            + shop.getMinute();
    return spans.stream()
        .anyMatch(
            it ->
                (it.fromMinute() <= minute && minute < it.untilMinute())
                    || minute + 7 * 24 * 60 < it.untilMinute());
  }

  // What is tested

  private static WindowsSection any(Random random, ZoneId zone, int year) {
    List<DateSpan> freezes = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      LocalDate from = LocalDate.of(year, 1, 1).plusDays(random.nextInt(365));
      freezes.add(new DateSpan(from, from.plusDays(random.nextInt(5))));
    }
    WindowsSection section =
        section(zone, year, anySpans(random), anySpans(random), anySpans(random), freezes);
    return random.nextInt(4) > 0
        ? section
        : new WindowsSection(
            section.zone(),
            section.download(),
            section.switching(),
            section.openingHours(),
            section.freezeDates(),
            interesting(random, zone, year) / MINUTE * MINUTE);
  }

  private static List<WeekSpan> anySpans(Random random) {
    List<WeekSpan> spans = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      int from = random.nextInt(WeekSpan.WEEK_MINUTES);
      spans.add(new WeekSpan(from, from + 1 + random.nextInt(2000)));
    }
    // Around the hours that clocks skip and repeat, every night.
    if (random.nextBoolean()) {
      int from = random.nextInt(200);
      int minutes = 1 + random.nextInt(120);
      for (int day = 0; day < 7; day++) {
        int at = day * WeekSpan.DAY_MINUTES + from;
        spans.add(new WeekSpan(at, at + minutes));
      }
    }
    return spans;
  }

  /// Near a change of the zone, or anywhere in the year.
  private static long interesting(Random random, ZoneId zone, int year) {
    long start = LocalDate.of(year, 1, 1).atStartOfDay(zone).toInstant().toEpochMilli();
    long any = start + random.nextLong(360L * 24 * HOUR);
    ZoneOffsetTransition next = zone.getRules().nextTransition(Instant.ofEpochMilli(any));
    boolean near = next != null && next.getDateTimeBefore().getYear() <= year + 1;
    return near && random.nextBoolean()
        ? next.getInstant().toEpochMilli() + random.nextLong(-30 * HOUR, 30 * HOUR)
        : any;
  }

  private static List<WeekSpan> spans(String from, String until) {
    List<WeekSpan> spans = new ArrayList<>();
    for (int day = 0; day < 7; day++) {
      int midnight = day * WeekSpan.DAY_MINUTES;
      spans.add(new WeekSpan(midnight + minute(from), midnight + minute(until)));
    }
    return spans;
  }

  private static int minute(String time) {
    return Integer.parseInt(time.substring(0, 2)) * 60 + Integer.parseInt(time.substring(3));
  }

  private static WindowsSection switching(ZoneId zone, int year, List<WeekSpan> spans) {
    return section(zone, year, List.of(), spans, List.of(), List.of());
  }

  private static WindowsSection section(
      ZoneId zone,
      int year,
      List<WeekSpan> download,
      List<WeekSpan> switching,
      List<WeekSpan> openingHours,
      List<DateSpan> freezes) {
    return new WindowsSection(
        offsets(zone, year), download, switching, openingHours, freezes, null);
  }

  private static ZoneOffsets offsets(ZoneId zone, int year) {
    Instant start = LocalDate.of(year - 1, 1, 1).atStartOfDay(zone).toInstant();
    Instant end = LocalDate.of(year + 2, 1, 15).atStartOfDay(zone).toInstant();
    List<ZoneOffsets.Change> changes = new ArrayList<>();
    @Nullable ZoneOffsetTransition next = zone.getRules().nextTransition(start);
    while (next != null && next.getInstant().isBefore(end)) {
      changes.add(
          new ZoneOffsets.Change(
              next.getInstant().getEpochSecond(), next.getOffsetAfter().getTotalSeconds()));
      next = zone.getRules().nextTransition(next.getInstant());
    }
    return new ZoneOffsets(
        zone.getId(), zone.getRules().getOffset(start).getTotalSeconds(), changes);
  }

  private static long at(ZoneId zone, String local) {
    return LocalDateTime.parse(local).atZone(zone).toInstant().toEpochMilli();
  }
}
