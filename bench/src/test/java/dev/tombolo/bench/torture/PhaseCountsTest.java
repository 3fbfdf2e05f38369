package dev.tombolo.bench.torture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhaseCountsTest {
  @Test
  void aLongRunNamesEachPhaseThatGotTooFewKills() {
    PhaseCounts counts = new PhaseCounts(PhaseCounts.REQUIRED);
    for (String phase : PhaseCounts.REQUIRED) {
      int kills = phase.equals("agent switching") ? 4 : 5;
      for (int i = 0; i < kills; i++) {
        counts.count(phase);
      }
    }

    assertThat(counts.tooFew(500)).containsExactly("agent switching");
  }

  @Test
  void aPhaseThatWasNeverHitIsTooFewAndIsListed() {
    PhaseCounts counts = new PhaseCounts(PhaseCounts.REQUIRED);

    assertThat(counts.tooFew(500)).isEqualTo(PhaseCounts.REQUIRED);
    assertThat(counts.table()).containsPattern("agent renewing +0");
  }

  @Test
  void aShortRunPromisesNothing() {
    assertThat(new PhaseCounts(PhaseCounts.REQUIRED).tooFew(499)).isEmpty();
  }
}
