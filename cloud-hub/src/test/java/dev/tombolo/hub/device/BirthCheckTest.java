package dev.tombolo.hub.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.device.BirthCheck.Boot;
import dev.tombolo.hub.device.BirthCheck.Verdict;
import dev.tombolo.protocol.message.Presence;
import java.util.List;
import org.junit.jupiter.api.Test;

class BirthCheckTest {
  private static final List<Boot> TWO_BOOTS =
      List.of(new Boot("a", 5, 1_000), new Boot("b", 6, 2_000));

  @Test
  void theFirstBirthAndEachNewBootAreNews() {
    assertThat(check(List.of(), "a", 1)).isEqualTo(Verdict.NEWEST);
    assertThat(check(TWO_BOOTS, "c", 7)).isEqualTo(Verdict.NEWEST);
  }

  @Test
  void aWipedDeviceThatCountsFromOneIsNews() {
    assertThat(check(TWO_BOOTS, "c", 1)).isEqualTo(Verdict.NEWEST);
  }

  @Test
  void theSameBootComingAgainIsNewsUnlessItIsOlder() {
    assertThat(check(TWO_BOOTS, "b", 7)).isEqualTo(Verdict.NEWEST);
    assertThat(check(TWO_BOOTS, "b", 6)).isEqualTo(Verdict.NEWEST);
    assertThat(check(TWO_BOOTS, "b", 5)).isEqualTo(Verdict.STALE);
  }

  @Test
  void aLateMessageOfAnEarlierBootIsStale() {
    assertThat(check(TWO_BOOTS, "a", 5)).isEqualTo(Verdict.STALE);
    assertThat(check(TWO_BOOTS, "a", 4)).isEqualTo(Verdict.STALE);
  }

  @Test
  void anEarlierBootThatGoesOnMeansTwoDevices() {
    assertThat(check(TWO_BOOTS, "a", 6)).isEqualTo(Verdict.TWO_DEVICES);
  }

  @Test
  void turnsFarApartAreNotTakenForTwoDevices() {
    long late = 2_000 + BirthCheck.ALTERNATION_MILLIS;

    assertThat(BirthCheck.check(TWO_BOOTS, birth("a", 6), late)).isEqualTo(Verdict.NEWEST);
  }

  private static Verdict check(List<Boot> boots, String boot, long connect) {
    return BirthCheck.check(boots, birth(boot, connect), 3_000);
  }

  private static Presence.Birth birth(String boot, long connect) {
    return new Presence.Birth(
        boot, connect, null, 0, null, List.of(), null, "outbox", 0, "1", List.of(), 0);
  }
}
