package dev.tombolo.protocol.window;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.desired.LineSection;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The oracle is [java.time]: it knows the zones by their names.
class BandwidthTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final BitRate TWO = new BitRate(2_000_000);
  private static final BitRate FIVE = new BitRate(5_000_000);

  @Test
  void theLowestOfThoseThatHoldCountsAndElsewhereThereIsNone() {
    Bandwidth bandwidth = of(BERLIN, daily(8, 20, FIVE), daily(12, 14, TWO));

    assertThat(bandwidth.at(at("2026-11-28T07:59"))).isEmpty();
    assertThat(bandwidth.at(at("2026-11-28T08:00"))).contains(FIVE);
    assertThat(bandwidth.at(at("2026-11-28T12:00"))).contains(TWO);
    assertThat(bandwidth.at(at("2026-11-28T14:00"))).contains(FIVE);
    assertThat(bandwidth.at(at("2026-11-28T20:00"))).isEmpty();
    assertThat(bandwidth.lowest()).contains(TWO);
  }

  @Test
  void saysUntilWhenAsTheShopsClockShowsIt() {
    Bandwidth bandwidth = of(BERLIN, daily(8, 20, TWO));

    long noon = at("2026-11-28T12:00");

    assertThat(bandwidth.until(noon)).hasValue(at("2026-11-28T20:00"));
    assertThat(bandwidth.untilWords(noon)).isEqualTo("Sat 2026-11-28 20:00 Europe/Berlin");
    assertThat(bandwidth.until(at("2026-11-28T21:00"))).hasValue(at("2026-11-29T08:00"));
  }

  @Test
  void oneThatAlwaysHoldsHasNoEnd() {
    Bandwidth always = of(BERLIN, List.of(limit(0, WeekSpan.WEEK_MINUTES, TWO)));

    assertThat(always.at(at("2026-11-28T12:00"))).contains(TWO);
    assertThat(always.until(at("2026-11-28T12:00"))).isEmpty();
    assertThat(always.untilWords(at("2026-11-28T12:00"))).isEmpty();
    assertThat(of(BERLIN).until(0)).isEmpty();
    assertThat(of(BERLIN).at(0)).isEmpty();
    assertThat(of(BERLIN).lowest()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca"})
  void whatTheWallsClockShowsIsWhatCountsAndItsEndIsTheNextChange(String name) {
    ZoneId zone = ZoneId.of(name);
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      List<LineSection.Limit> limits = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        int from = random.nextInt(WeekSpan.WEEK_MINUTES);
        limits.add(
            limit(
                from,
                from + 1 + random.nextInt(WeekSpan.WEEK_MINUTES),
                new BitRate(64_000L + random.nextInt(5))));
      }
      Bandwidth bandwidth = of(zone, limits);
      for (int i = 0; i < 20; i++) {
        long at = at("2026-01-01T00:00") + random.nextLong(500L * 24 * 3600) * 1000;
        ZoneOffsetTransition next =
            zone.getRules().nextTransition(java.time.Instant.ofEpochMilli(at));
        if (next != null && random.nextBoolean()) {
          at = next.getInstant().toEpochMilli() + random.nextInt(-7200, 7200) * 1000L;
        }
        Optional<BitRate> now = oracle(limits, zone, at);
        assertThat(bandwidth.at(at)).as("%s seed %d at %d", name, seed, at).isEqualTo(now);
        OptionalLong until = bandwidth.until(at);
        if (until.isPresent()) {
          assertThat(oracle(limits, zone, until.getAsLong())).isNotEqualTo(now);
          assertThat(oracle(limits, zone, until.getAsLong() - 1)).isEqualTo(now);
        }
      }
    }
  }

  private static Optional<BitRate> oracle(List<LineSection.Limit> limits, ZoneId zone, long at) {
    LocalDateTime local = java.time.Instant.ofEpochMilli(at).atZone(zone).toLocalDateTime();
    int minute =
        (local.getDayOfWeek().getValue() - 1) * WeekSpan.DAY_MINUTES
            + local.getHour() * 60
            + local.getMinute();
    BitRate lowest = null;
    for (LineSection.Limit limit : limits) {
      int from = limit.span().fromMinute();
      int until = limit.span().untilMinute();
      boolean holds = (minute >= from && minute < until) || minute + WeekSpan.WEEK_MINUTES < until;
      if (holds && (lowest == null || limit.rate().bitsPerSecond() < lowest.bitsPerSecond())) {
        lowest = limit.rate();
      }
    }
    return Optional.ofNullable(lowest);
  }

  private static long at(String berlin) {
    return ZonedDateTime.of(LocalDateTime.parse(berlin), BERLIN).toInstant().toEpochMilli();
  }

  private static LineSection.Limit limit(int fromMinute, int untilMinute, BitRate rate) {
    return new LineSection.Limit(new WeekSpan(fromMinute, untilMinute), rate);
  }

  private static List<LineSection.Limit> daily(int fromHour, int untilHour, BitRate rate) {
    List<LineSection.Limit> limits = new ArrayList<>();
    for (int day = 0; day < 7; day++) {
      int midnight = day * WeekSpan.DAY_MINUTES;
      limits.add(limit(midnight + fromHour * 60, midnight + untilHour * 60, rate));
    }
    return limits;
  }

  @SafeVarargs
  private static Bandwidth of(ZoneId zone, List<LineSection.Limit>... limits) {
    List<LineSection.Limit> all = new ArrayList<>();
    for (List<LineSection.Limit> some : limits) {
      all.addAll(some);
    }
    java.time.Instant start = LocalDateTime.of(2025, 1, 1, 0, 0).atZone(zone).toInstant();
    List<ZoneOffsets.Change> changes = new ArrayList<>();
    ZoneOffsetTransition next = zone.getRules().nextTransition(start);
    while (next != null && changes.size() < 12) {
      changes.add(
          new ZoneOffsets.Change(next.toEpochSecond(), next.getOffsetAfter().getTotalSeconds()));
      next = zone.getRules().nextTransition(next.getInstant());
    }
    return new Bandwidth(
        new LineSection(
            new ZoneOffsets(
                zone.getId(), zone.getRules().getOffset(start).getTotalSeconds(), changes),
            all,
            null));
  }
}
