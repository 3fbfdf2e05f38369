package dev.tombolo.hub.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.Name;
import org.junit.jupiter.api.Test;

class LineRateTest {
  private static final Name SITE = new Name("store-1");

  @Test
  void theFirstSampleIsTheRate() {
    assertThat(LineRate.next(null, SITE, 1_000, 5)).contains(new LineRate(SITE, 1_000, 1, 5));
  }

  @Test
  void laterOnesMoveItABit() {
    LineRate before = new LineRate(SITE, 1_000, 1, 0);

    assertThat(LineRate.next(before, SITE, 2_000, LineRate.EVERY_MILLIS))
        .contains(new LineRate(SITE, 1_250, 2, LineRate.EVERY_MILLIS));
  }

  @Test
  void moreThanOneInHalfAMinuteIsNotWrittenDown() {
    LineRate before = new LineRate(SITE, 1_000, 1, 0);

    assertThat(LineRate.next(before, SITE, 2_000, LineRate.EVERY_MILLIS - 1)).isEmpty();
  }

  @Test
  void nothingOnTheLineSaysNothing() {
    assertThat(LineRate.next(null, SITE, 0, 5)).isEmpty();
  }

  @Test
  void whatIsOldIsForgotten() {
    LineRate before = new LineRate(SITE, 1_000, 77, 0);

    assertThat(LineRate.next(before, SITE, 9_000, LineRate.KEEP_MILLIS))
        .contains(new LineRate(SITE, 9_000, 1, LineRate.KEEP_MILLIS));
  }
}
