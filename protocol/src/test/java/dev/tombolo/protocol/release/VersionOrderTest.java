package dev.tombolo.protocol.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionOrderTest {
  /// Each before the next; the middle ones are the example of semver.org, section 11.
  private static final List<String> RISING =
      List.of(
          "0.9",
          "1.0.0-alpha",
          "1.0.0-alpha.1",
          "1.0.0-alpha.beta",
          "1.0.0-beta",
          "1.0.0-beta.2",
          "1.0.0-beta.11",
          "1.0.0-rc.1",
          "1.0.0",
          "1.0.1",
          "1.4",
          "1.4rc1",
          "1.5",
          "1.5.2b",
          "1.5.10",
          "1.9.9",
          "1.10",
          "2",
          "2026.11.28",
          "99999999999999999999999.0",
          "nightly");

  @Test
  void versionsAreOrderedAsSemanticVersioningSays() {
    for (int i = 0; i < RISING.size(); i++) {
      for (int j = 0; j < RISING.size(); j++) {
        assertThat(Integer.signum(VersionOrder.compare(RISING.get(i), RISING.get(j))))
            .as(RISING.get(i) + " and " + RISING.get(j))
            .isEqualTo(Integer.compare(i, j));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1.4,1.4.0", "v1.4.0,1.4.0", "1.4.0+build.7,1.4.0", "1.04,1.4", "1_4,1.4"})
  void writtenOtherwiseTheyAreTheSame(String one, String other) {
    assertThat(VersionOrder.compare(one, other)).isZero();
  }

  @Test
  void releaseIsLaterThanItsOwnCandidate() {
    assertThat(VersionOrder.isAtLeast("1.5.0-rc.1", "1.5.0")).isFalse();
    assertThat(VersionOrder.isAtLeast("1.5.0", "1.5.0-rc.1")).isTrue();
  }
}
