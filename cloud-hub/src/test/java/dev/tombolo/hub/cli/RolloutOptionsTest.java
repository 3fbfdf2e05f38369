package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.http.api.RolloutAsk;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RolloutOptionsTest {
  /// The clock of who types it may be wrong by more than that.
  @Test
  void aDeadlineAfterADurationIsSentAsThat() {
    RolloutAsk ask = ask("14d");

    assertThat(ask.lifeMillis()).isEqualTo(Duration.ofDays(14).toMillis());
    assertThat(ask.deadlineMillis()).isNull();
  }

  @Test
  void aDeadlineAtATimeIsSentAsThat() {
    RolloutAsk ask = ask("2026-12-24T06:00:00Z");

    assertThat(ask.deadlineMillis())
        .isEqualTo(Instant.parse("2026-12-24T06:00:00Z").toEpochMilli());
    assertThat(ask.lifeMillis()).isNull();
  }

  @Test
  void whatIsNeitherIsRefused() {
    assertThatThrownBy(() -> ask("soon")).hasMessageContaining("neither a time");
  }

  private static RolloutAsk ask(String deadline) {
    RolloutOptions options = new RolloutOptions();
    new CommandLine(options).parseArgs("a@1", "--fleet", "retail", "--deadline", deadline);
    return options.ask(null, null, false, null);
  }
}
