package dev.tombolo.hub.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClockSenseTest {
  private static final long NEWEST = Instant.parse("2026-11-28T12:00:00Z").toEpochMilli();

  @Test
  void aClockThatGoesOnIsNotDoubted() {
    assertThat(doubt("2026-11-28T12:00:01Z")).isEmpty();
    assertThat(doubt("2026-11-28T11:58:00Z")).isEmpty();
    assertThat(doubt("2027-01-20T00:00:00Z")).isEmpty();
  }

  @Test
  void aClockBeforeWhatWasWrittenIsDoubted() {
    assertThat(doubt("1970-01-01T00:01:00Z"))
        .hasValueSatisfying(
            it ->
                assertThat(it).contains("1970-01-01T00:01:00Z", "2026-11-28T12:00:00Z", "set it"));
  }

  @Test
  void aClockYearsAheadIsDoubted() {
    assertThat(doubt("2031-11-28T12:00:00Z"))
        .hasValueSatisfying(it -> assertThat(it).contains("1826 days", "set the clock"));
  }

  private static java.util.Optional<String> doubt(String now) {
    return ClockSense.doubt(NEWEST, Instant.parse(now).toEpochMilli());
  }
}
