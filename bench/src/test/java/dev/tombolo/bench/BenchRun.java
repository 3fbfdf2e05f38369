package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;

/// One run of `./tombolo` in this process.
final class BenchRun {
  private BenchRun() {}

  /// Fails the test with the command's own words, where it does not end well.
  static void succeeds(String... arguments) {
    AtomicReference<Exception> thrown = new AtomicReference<>();
    int exit =
        Bench.commandLine()
            .setExecutionExceptionHandler(
                (failure, _, _) -> {
                  thrown.set(failure);
                  return 1;
                })
            .execute(arguments);
    if (thrown.get() != null) {
      throw new AssertionError(String.join(" ", arguments) + ": " + thrown.get(), thrown.get());
    }
    assertThat(exit).as(String.join(" ", arguments)).isZero();
  }
}
