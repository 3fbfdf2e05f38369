package dev.tombolo.bench.simulation.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GapsTest {
  private static final Gaps GAPS = Gaps.read();

  @Test
  void eachGapIsOfADeciderThatThereIs() throws ClassNotFoundException {
    for (Gaps.Gap gap : GAPS.all()) {
      assertThat(Deciders.contain(gap.owner())).as(gap.owner()).isTrue();
      Class<?> owner = Class.forName(gap.owner(), false, GapsTest.class.getClassLoader());
      if (gap.method() != null) {
        assertThat(Arrays.stream(owner.getDeclaredMethods()).map(it -> it.getName()))
            .contains(gap.method());
      }
      assertThat(gap.reason()).isNotBlank();
    }
  }

  @Test
  void aGapExplainsItsMethodAndWhatIsWithinIt() {
    String patch = "dev.tombolo.hub.desired.Patch";

    assertThat(GAPS.of(new Branch(patch, "parameterOf", 1, "jumps", false))).isPresent();
    assertThat(GAPS.of(new Branch(patch, "lambda$parameterOf$0", 1, "jumps", false))).isPresent();
    assertThat(GAPS.of(new Branch(patch, "path", 1, "jumps", false))).isEmpty();
    assertThat(GAPS.of(new Branch(patch + "$Op", "of", 1, "jumps", false))).isPresent();
    assertThat(GAPS.of(new Branch(patch + "$Op", "word", 1, "jumps", false))).isEmpty();
  }

  @Test
  void whatOnlyABugCanTakeNeedsNoLine() {
    assertThat(GAPS.of(new Branch("dev.tombolo.hub.core.HubCore", "step", 1, "jumps", true)))
        .isPresent();
  }
}
