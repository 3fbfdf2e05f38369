package dev.tombolo.hub.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.Windows;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteTimesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Mon-Sat 22:00-06:00 | Mon-Sat 22:00-06:00",
        "01:00-05:00 | 01:00-05:00",
        "mon-sun 01:00 - 05:00 | 01:00-05:00",
        "Sun,Mon 08:00-12:00 | Mon,Sun 08:00-12:00",
        "Fri-Mon 00:00-24:00 | Mon,Fri-Sun 00:00-24:00",
        "Sat 22:00-00:00 | Sat 22:00-24:00",
        "Mon,Tue 10:00-11:00 | Mon,Tue 10:00-11:00"
      })
  void aWeeklyTimeIsReadAsPeopleWriteIt(String text, String canonical) {
    assertThat(Weekly.parse(text)).hasToString(canonical);
    assertThat(Weekly.parse(canonical)).isEqualTo(Weekly.parse(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Mon-Sat 22-06 | 'Mon-Sat 22-06' is not a weekly time; write it like 'Mon-Sat 22:00-06:00' or '01:00-05:00'",
        "Monday 22:00-06:00 | 'Monday 22:00-06:00': 'Monday' is not a day; did you mean 'Mon'?",
        "Mo-Fr 22:00-06:00 | 'Mo-Fr 22:00-06:00': 'Fr' is not a day; use Mon, Tue, Wed, Thu, Fri, Sat, Sun",
        "Mon 22:00-25:00 | 'Mon 22:00-25:00': 25:00 is no time of day; use 00:00 to 24:00",
        "Mon 06:00-06:00 | 'Mon 06:00-06:00' is empty; for a whole day write 00:00-24:00",
        "Mon-Tue-Wed 06:00-07:00 | 'Mon-Tue-Wed 06:00-07:00': 'Mon-Tue-Wed' are no days; write them like Mon-Fri or Sat,Sun",
      })
  void aMistakeIsToldWithWhatToWrite(String text, String message) {
    assertThatThrownBy(() -> Weekly.parse(text)).hasMessage(message);
  }

  @Test
  void datesAreOneOrARange() {
    assertThat(SiteTimes.dates("2026-12-24")).hasToString("2026-12-24");
    assertThat(SiteTimes.dates("2026-12-18..2027-01-06")).hasToString("2026-12-18..2027-01-06");
    assertThatThrownBy(() -> SiteTimes.dates("2027-01-06..2026-12-18"))
        .hasMessageContaining("are no dates; write 2026-12-24, or 2026-12-18..2027-01-06");
    assertThatThrownBy(() -> SiteTimes.dates("24.12.2026")).hasMessageContaining("are no dates");
  }

  /// Whatever is written, the device's windows are open exactly when a person with the text and a
  /// clock would say so; and the text reads back as the same.
  @Test
  void whatIsWrittenIsWhatTheDeviceGets() {
    ZoneId zone = ZoneId.of("Europe/Berlin");
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Weekly> weekly = List.of(any(random), any(random));
      weekly.forEach(it -> assertThat(Weekly.parse(it.toString())).isEqualTo(it));
      SiteTimes times = new SiteTimes(List.of(), weekly, List.of(), List.of());
      Windows windows = new Windows(SiteWindows.section("Europe/Berlin", times, 2026, null));
      for (int i = 0; i < 50; i++) {
        long at =
            LocalDate.of(2026, 1, 1).atStartOfDay(zone).toInstant().toEpochMilli()
                + random.nextLong(1000L * 24 * 3600 * 1000);
        assertThat(windows.isOpen(Windows.Kind.SWITCH, at))
            .as("seed %d: %s at %s", seed, weekly, Instant.ofEpochMilli(at))
            .isEqualTo(
                weekly.stream().anyMatch(it -> holds(it, Instant.ofEpochMilli(at).atZone(zone))));
      }
    }
  }

  private static boolean holds(Weekly weekly, ZonedDateTime at) {
    LocalTime time = at.toLocalTime();
    int minute = time.getHour() * 60 + time.getMinute();
    if (weekly.untilMinute() > weekly.fromMinute()) {
      return weekly.days().contains(at.getDayOfWeek())
          && minute >= weekly.fromMinute()
          && minute < weekly.untilMinute();
    }
    return (weekly.days().contains(at.getDayOfWeek()) && minute >= weekly.fromMinute())
        || (weekly.days().contains(at.getDayOfWeek().minus(1)) && minute < weekly.untilMinute());
  }

  private static Weekly any(Random random) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    while (days.isEmpty()) {
      for (DayOfWeek day : DayOfWeek.values()) {
        if (random.nextBoolean()) {
          days.add(day);
        }
      }
    }
    int from = random.nextInt(WeekSpan.DAY_MINUTES);
    int until = 1 + random.nextInt(WeekSpan.DAY_MINUTES);
    return new Weekly(days, from, until == from ? from + 1 : until);
  }

  @Test
  void theSectionStaysTheSameAllYearAndIsRenewedOverSomeWeeks() {
    long newYear = Instant.parse("2027-01-01T00:00:00Z").toEpochMilli();
    long day = 24L * 3600 * 1000;
    int renewed = 0;
    for (int site = 0; site < 100; site++) {
      String name = "store-" + site;
      assertThat(SiteWindows.year(name, newYear - day)).isEqualTo(2026);
      assertThat(SiteWindows.year(name, newYear + 28 * day)).isEqualTo(2027);
      renewed += SiteWindows.year(name, newYear + 14 * day) == 2027 ? 1 : 0;
    }
    assertThat(renewed).isBetween(20, 80);
  }

  @Test
  void aDeviceThatIsDarkForThreeYearsKnowsEachChangeOfTheClock() {
    WindowsSection section =
        SiteWindows.section(
            "Europe/Berlin",
            new SiteTimes(List.of(), List.of(Weekly.parse("01:00-05:00")), List.of(), List.of()),
            2026,
            null);

    assertThat(section.zone().changes()).hasSize(8);
    assertThat(Json.write(section)).hasSizeLessThan(1_000);
  }
}
