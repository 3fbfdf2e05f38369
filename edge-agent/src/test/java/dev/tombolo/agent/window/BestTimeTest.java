package dev.tombolo.agent.window;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BestTimeTest {
  private static final long NOW = 1_790_000_000_000L;
  private static final long MINUTE = 60_000;
  private static final long DAY = 24 * 60 * MINUTE;

  /// Whatever the wall clock does within the boot in which the hub spoke, a time that is taken for
  /// sure is right.
  @Test
  void whatIsSureIsRightWhateverTheWallClockDoes() {
    int sure = 0;
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      long wallError = random.nextBoolean() ? 0 : random.nextLong(-400 * DAY, 400 * DAY);
      long heardAt = 1_000 + random.nextLong(DAY);
      TimeHeard heard = new TimeHeard("boot", heardAt, NOW, NOW + wallError);
      long elapsed = random.nextLong(random.nextBoolean() ? DAY : 60 * DAY);
      long drift = random.nextLong(-elapsed / 10_000, elapsed / 10_000 + 1);
      if (random.nextInt(3) == 0) {
        wallError = random.nextBoolean() ? 0 : random.nextLong(-400 * DAY, 400 * DAY);
      }
      long truly = NOW + elapsed;

      BestTime judged =
          BestTime.judge(
              NOW - 5 * MINUTE, Optional.of(heard), truly + wallError, heardAt + elapsed + drift);

      if (judged instanceof BestTime.Sure(var millis)) {
        sure++;
        assertThat(millis)
            .as("seed %d", seed)
            .isBetween(truly - 15 * MINUTE - 9 * MINUTE, truly + 15 * MINUTE + 9 * MINUTE);
      }
    }
    assertThat(sure).isGreaterThan(10_000);
  }

  @Test
  void aMachineThatSleptIsNotSureUntilTheHubSpeaks() {
    TimeHeard heard = new TimeHeard("boot", 1_000, NOW, NOW);

    assertThat(BestTime.judge(NOW, Optional.of(heard), NOW + DAY, 2_000))
        .isEqualTo(new BestTime.Unsure(new Reason.ClockJumped(NOW + 1_000, NOW + DAY)));
  }

  @Test
  void withoutAWordOfTheHubTheWallClockCountsUnlessItIsBehind() {
    assertThat(BestTime.judge(NOW, Optional.empty(), NOW + DAY, 0))
        .isEqualTo(new BestTime.Sure(NOW + DAY));
    assertThat(BestTime.judge(NOW, Optional.empty(), NOW - MINUTE, 0))
        .isEqualTo(new BestTime.Sure(NOW));
    assertThat(BestTime.judge(NOW, Optional.empty(), 4_711, 0))
        .isEqualTo(new BestTime.Unsure(new Reason.ClockBehind(NOW, 4_711)));
  }

  @Test
  void aHubThatContradictsWhatItSignedMakesNothingSure() {
    TimeHeard heard = new TimeHeard("boot", 0, NOW - DAY, NOW - DAY);

    assertThat(BestTime.judge(NOW, Optional.of(heard), NOW - DAY, 0))
        .isEqualTo(new BestTime.Unsure(new Reason.ClockBehind(NOW, NOW - DAY)));
  }
}
