package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TurnSizeTest {
  private final TurnSize size = new TurnSize();

  @Test
  void turnsOfCheapEventsGrowToTheMost() {
    turns(20, 1_000);

    assertThat(size.most()).isEqualTo(TurnSize.EVENTS_MAX);
  }

  /// 1,024 events of 7.6 us are 7.8 ms.
  @Test
  void afterALongTurnTheNextOnesFit() {
    turns(20, 1_000);

    turns(1, 7_600);

    assertThat(size.most() * 7_600L).isLessThanOrEqualTo(TurnSize.LONG_NANOS);
    for (int i = 0; i < 100; i++) {
      assertThat(size.most() * 7_600L).isLessThanOrEqualTo(TurnSize.LONG_NANOS);
      turns(1, 7_600);
    }
  }

  @Test
  void theFirstTurnOfAllIsNoLongerThanAStepMayBe() {
    assertThat(size.most() * 15_000L).isLessThan(5_000_000);
  }

  @Test
  void howeverDearEventsAreSomeShareACommit() {
    turns(10, 50_000_000);

    assertThat(size.most()).isEqualTo(TurnSize.EVENTS_MIN);
  }

  @Test
  void turnsThatWereNotFullTellNothing() {
    int before = size.most();

    size.took(before - 1, 1);

    assertThat(size.most()).isEqualTo(before);
  }

  private void turns(int count, long nanosOfEvent) {
    for (int i = 0; i < count; i++) {
      size.took(size.most(), size.most() * nanosOfEvent);
    }
  }
}
