package dev.tombolo.agent.https;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CopyPatienceTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /// 64 kbit/s.
  private static final int HELD = 8_000;

  private final CopyPatience patience = new CopyPatience(0);

  /// One that fetches gives so much each second.
  private boolean losesIt(int from, int until, int bytesPerSecond, long held) {
    boolean isOver = false;
    for (int second = from + 1; second <= until; second++) {
      patience.received(bytesPerSecond);
      isOver |= patience.isOver(second * SECOND, true, held);
    }
    return isOver;
  }

  @Test
  void whoKeepsToTheBoundIsNotSlow() {
    assertThat(losesIt(0, 900, HELD, HELD)).isFalse();
  }

  @Test
  void norIsOneWhoseBoundHasJustEnded() {
    assertThat(losesIt(0, 299, HELD, HELD)).isFalse();
    assertThat(losesIt(299, 900, 100_000, 0)).isFalse();
  }

  @Test
  void norIsOneWhoseBoundHasJustBegun() {
    assertThat(losesIt(0, 299, 40_000, 0)).isFalse();
    assertThat(losesIt(299, 900, HELD, HELD)).isFalse();
  }

  @Test
  void whatWasHeldOnceExcusesNothingLater() {
    assertThat(losesIt(0, 310, HELD, HELD)).isFalse();
    assertThat(losesIt(310, 901, HELD, 0)).isTrue();
  }

  @Test
  void whoHasItAllIsHeldByNoBound() {
    patience.received(1_000_000);

    assertThat(patience.isOver(30 * SECOND, false, HELD)).isTrue();
  }
}
