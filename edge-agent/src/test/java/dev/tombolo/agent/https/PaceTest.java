package dev.tombolo.agent.https;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.window.BitRate;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void whateverComesHoweverTheRateIsKept() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      long rate = 1_000 + random.nextInt(2_000_000);
      long now = random.nextLong() >> 2;
      long start = now;
      long bytes = 0;
      Pace pace = new Pace(now);
      for (int i = 0; i < 500; i++) {
        int portion = 1 + random.nextInt(Pace.portion(rate, 32 * 1024));
        now += random.nextInt(10) == 0 ? random.nextLong(5 * SECOND) : random.nextLong(SECOND / 50);
        bytes += portion;
        now += pace.waitNanos(portion, rate, now);
        long allowed = rate * (now - start + Pace.STEP_NANOS) / SECOND;
        assertThat(bytes).as("seed %d", seed).isLessThanOrEqualTo(allowed + portion);
      }
    }
  }

  @Test
  void aLineThatIsSlowerIsNotHeldUp() {
    Pace pace = new Pace(0);

    assertThat(pace.waitNanos(1_000, 10_000, SECOND)).isZero();
    assertThat(pace.waitNanos(1_000, 10_000, 2 * SECOND)).isZero();
  }

  @Test
  void whatIsSavedUpIsShort() {
    Pace pace = new Pace(0);
    long now = 3600 * SECOND;

    assertThat(pace.waitNanos(10_000, 10_000, now)).isEqualTo(SECOND - Pace.STEP_NANOS);
  }

  @Test
  void anotherRateHoldsAtOnceAndNoneMeansNoWaiting() {
    Pace pace = new Pace(0);

    assertThat(pace.waitNanos(10_000, 10_000, 0)).isEqualTo(SECOND);
    assertThat(pace.waitNanos(10_000, 0, 0)).isZero();
    assertThat(pace.waitNanos(10_000, 1_000, 0)).isEqualTo(10 * SECOND);
  }

  @Test
  void aPortionIsAQuarterOfASecond() {
    assertThat(Pace.portion(0, 32_768)).isEqualTo(32_768);
    assertThat(Pace.portion(2_000, 32_768)).isEqualTo(500);
    assertThat(Pace.portion(1, 32_768)).isEqualTo(1);
    assertThat(Pace.portion(BitRate.BITS_MAX / 8, 32_768)).isEqualTo(32_768);
    assertThat(Pace.portion(Long.MAX_VALUE, 32_768)).isEqualTo(32_768);
  }
}
