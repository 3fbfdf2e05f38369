package dev.tombolo.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class AwaitTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void aFailureOfWhatIsOutsideIsNotYet() throws InterruptedException {
    Deque<Exception> failures =
        new ArrayDeque<>(
            List.of(
                new NoSuchFileException("gone"),
                new UncheckedIOException(new NoSuchFileException("gone")),
                new SQLException("locked"),
                new Failure(Exit.HUB_NOT_REACHED, "hub-not-reached", "the line broke")));

    String found =
        Await.until(
            LONG,
            () -> "it",
            () -> {
              if (!failures.isEmpty()) {
                throw failures.pop();
              }
              return "here";
            });

    assertThat(found).isEqualTo("here");
    assertThat(failures).isEmpty();
  }

  @Test
  void whatALastLookFailedByIsTold() {
    assertThatThrownBy(
            () ->
                Await.until(
                    Duration.ZERO,
                    () -> "a file",
                    () -> {
                      throw new IOException("no disk");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("in vain for a file")
        .hasMessageContaining("no disk");
  }

  @Test
  void aHubThatRefusesAndABugEndTheWaiting() {
    Failure refused = Failure.refused("not-known", "no");
    assertThatThrownBy(
            () ->
                Await.until(
                    LONG,
                    () -> "it",
                    () -> {
                      throw refused;
                    }))
        .isSameAs(refused);
    assertThatThrownBy(
            () ->
                Await.until(
                    LONG,
                    () -> "it",
                    () -> {
                      throw new IllegalStateException("a bug");
                    }))
        .hasMessage("a bug");
  }
}
