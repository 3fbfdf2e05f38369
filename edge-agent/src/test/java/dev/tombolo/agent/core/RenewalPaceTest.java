package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RenewalPaceTest {
  private static final long LONG_PAST_MILLIS = 1_000;
  private static final int DAY_SECONDS = 24 * 3600;

  /// Found by the simulation: each new certificate looked expired at once, so the device asked for
  /// the next one, and reconnected, every second.
  @Test
  void aClockYearsAheadDoesNotRenewAgainAndAgain() {
    Shop shop = new Shop();
    shop.startAgent();
    shop.seconds(10);

    shop.tell(new AgentEvent.RenewalFinished("next", LONG_PAST_MILLIS));
    shop.seconds(3600);

    assertThat(shop.count(AgentEffect.Renew.class)).isZero();
    shop.seconds(DAY_SECONDS);
    assertThat(shop.count(AgentEffect.Renew.class)).isEqualTo(1);
  }
}
