package dev.tombolo.agent.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Probe;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProbeWatchTest {
  private static final int STARTUP_SECONDS = 60;
  private static final Optional<Reason> PASSED = Optional.empty();
  private static final Optional<Reason> SILENT =
      Optional.of(new Reason.ProbeFailed("port", "refused"));
  private static final Optional<Reason> NOT_ASKED =
      Optional.of(new Reason.IoFailed("run probe port", "no space left"));

  private final Probe port = new Probe.Tcp("port", 1, 1, "9000");
  private final Probe gate = new Probe.Exec("gate", 1, 1, List.of("/bin/gate"));

  private static ProbeWatch watch(Probe... probes) {
    return new ProbeWatch(List.of(probes), STARTUP_SECONDS, 1, 0, Optional.empty());
  }

  private static void answer(ProbeWatch watch, Probe probe, List<Optional<Reason>> answers) {
    long now = 0;
    for (Optional<Reason> answer : answers) {
      now += 1_000;
      watch.answered(probe.name(), 1, answer, false, now);
    }
  }

  @Test
  void whatCouldNotBeAskedIsAskedAgainSoon() {
    Probe daily = new Probe.Tcp("port", 86_400, 1, "9000");
    ProbeWatch watch = watch(daily);
    watch.due(0);
    watch.answered("port", 1, NOT_ASKED, false, 1_000);

    assertThat(watch.due(1_000 + ProbeWatch.ASK_AGAIN_MILLIS - 1)).isEmpty();
    assertThat(watch.due(1_000 + ProbeWatch.ASK_AGAIN_MILLIS)).containsExactly(daily);
    watch.answered("port", 1, PASSED, false, 100_000);
    assertThat(watch.failures()).isEmpty();
    assertThat(watch.due(86_499_999)).isEmpty();
  }

  @Test
  void whatCouldNotBeAskedStaysWhatItWas() {
    ProbeWatch watch = watch(port);
    answer(watch, port, List.of(PASSED, NOT_ASKED));

    assertThat(watch.allPass()).isTrue();
    assertThat(watch.allAsked()).isFalse();
    assertThat(watch.failures()).hasSize(1);

    answer(watch, port, List.of(SILENT, NOT_ASKED));
    assertThat(watch.allPass()).isFalse();

    answer(watch, port, List.of(PASSED));
    assertThat(watch.allPass()).isTrue();
    assertThat(watch.allAsked()).isTrue();
    answer(watch, port, Collections.nCopies(ProbeWatch.UNASKED_MAX + 1, NOT_ASKED));
    assertThat(watch.allPass()).as("not for ever").isFalse();
  }

  @Test
  void threeFailuresInARowAreTooMany() {
    ProbeWatch watch = watch(port);
    answer(watch, port, List.of(PASSED, SILENT, SILENT));
    assertThat(watch.unhealthy()).isEmpty();

    watch.answered("port", 1, SILENT, false, 4_000);

    assertThat(watch.unhealthy())
        .contains(
            new ProbeWatch.Unhealthy(new Reason.WorkloadUnhealthy("port", 3, "refused"), 2_000));
  }

  @Test
  void itsTimeCountsFromWhenItsTurnCame() {
    ProbeWatch watch = watch(port, gate);
    assertThat(watch.due(0)).containsExactly(port, gate);

    watch.started("gate", 1, 0);
    assertThat(watch.due(ProbeWatch.ANSWER_GRACE_MILLIS + 900)).isEmpty();
    assertThat(watch.late(ProbeWatch.ANSWER_GRACE_MILLIS + 900)).isFalse();
    assertThat(watch.failures()).isEmpty();
    watch.started("port", 1, 6_000);
    watch.answered("gate", 1, PASSED, false, 6_000);
    assertThat(watch.late(6_000 + ProbeWatch.ANSWER_GRACE_MILLIS + 900)).isFalse();
    assertThat(watch.failures()).isEmpty();

    assertThat(watch.late(6_000 + ProbeWatch.ANSWER_GRACE_MILLIS + 1_000)).isTrue();
    assertThat(watch.late(6_000 + ProbeWatch.ANSWER_GRACE_MILLIS + 2_000)).isFalse();
    assertThat(watch.failures())
        .containsExactly(new Reason.ProbeFailed("port", "no answer in time"));
  }

  @Test
  void whoHasNotAnsweredIsNotAskedTwice() {
    ProbeWatch watch = watch(port);
    assertThat(watch.due(0)).hasSize(1);
    assertThat(watch.due(1_000_000)).isEmpty();
    assertThat(watch.late(1_000_000)).isTrue();
    assertThat(watch.failures()).hasSize(1);

    watch.answered("port", 1, PASSED, false, 1_000_000);

    assertThat(watch.allPass()).isTrue();
    assertThat(watch.due(1_001_000)).hasSize(1);
  }

  @Test
  void aPassInBetweenStartsTheCountAnew() {
    ProbeWatch watch = watch(port);

    answer(watch, port, List.of(PASSED, SILENT, SILENT, PASSED, SILENT, SILENT));

    assertThat(watch.unhealthy()).isEmpty();
  }

  @Test
  void whoStartsUpMayFailForItsStartupTime() {
    ProbeWatch watch = watch(port);
    for (int second = 1; second < STARTUP_SECONDS; second++) {
      watch.answered("port", 1, SILENT, false, second * 1_000L);
    }
    assertThat(watch.unhealthy()).isEmpty();

    for (int second = 0; second < 3; second++) {
      watch.answered("port", 1, SILENT, false, (STARTUP_SECONDS + second) * 1_000L);
    }

    assertThat(watch.unhealthy()).isPresent();
  }

  @Test
  void whoCouldNotBeAskedIsNotBlamed() {
    ProbeWatch watch = watch(port);

    answer(watch, port, List.of(PASSED, NOT_ASKED, NOT_ASKED, NOT_ASKED, NOT_ASKED));

    assertThat(watch.unhealthy()).isEmpty();
    assertThat(watch.failures()).containsExactly(NOT_ASKED.orElseThrow());
  }

  @Test
  void aGateOfQualityRestartsNothingUnlessItsReleaseSaysSo() {
    Optional<Reason> worse = Optional.of(new Reason.ProbeFailed("gate", "0.31"));
    ProbeWatch usual = watch(gate);
    ProbeWatch declared = watch(new Probe.Exec("gate", 1, 1, 2, null, List.of("/bin/gate")));

    answer(usual, gate, List.of(PASSED, worse, worse, worse, worse));
    answer(declared, gate, List.of(PASSED, worse, worse));

    assertThat(usual.unhealthy()).isEmpty();
    assertThat(declared.unhealthy()).isPresent();
  }

  /// A restart would only make the next answer later.
  @Test
  void whoAnswersTooLateFailsButDoesNotHang() {
    Optional<Reason> late = Optional.of(new Reason.ProbeSlow("port", 312, 150));
    ProbeWatch watch = watch(port);

    answer(watch, port, List.of(PASSED, SILENT, SILENT, late, late, late, late));

    assertThat(watch.allPass()).isFalse();
    assertThat(watch.failures()).containsExactly(late.orElseThrow());
    assertThat(watch.unhealthy()).isEmpty();
    answer(watch, port, List.of(SILENT, SILENT));
    assertThat(watch.unhealthy()).isEmpty();
    watch.answered("port", 1, SILENT, false, 3_000);
    assertThat(watch.unhealthy()).isPresent();
  }

  @Test
  void aReleaseMayForbidRestarts() {
    Probe never = new Probe.Tcp("port", 1, 1, Probe.NEVER, null, "9000");
    ProbeWatch watch = watch(never);

    answer(watch, never, List.of(PASSED, SILENT, SILENT, SILENT, SILENT));

    assertThat(watch.unhealthy()).isEmpty();
  }
}
