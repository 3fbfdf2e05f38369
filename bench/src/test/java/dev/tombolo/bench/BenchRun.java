package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;

/// One run of `./tombolo` in this process.
final class BenchRun {
  private static final int TOLD_CHARS_MAX = 2_000;

  private BenchRun() {}

  /// Fails the test with the command's own words, where it does not end well.
  ///
  /// @return what it said
  static String succeeds(String... arguments) {
    AtomicReference<Exception> thrown = new AtomicReference<>();
    var said = new ByteArrayOutputStream();
    PrintStream out = System.out;
    PrintStream err = System.err;
    int exit;
    try (var bothOut = new PrintStream(new Tee(out, said), true);
        var bothErr = new PrintStream(new Tee(err, said), true)) {
      System.setOut(bothOut);
      System.setErr(bothErr);
      exit =
          Bench.commandLine()
              .setExecutionExceptionHandler(
                  (failure, _, _) -> {
                    thrown.set(failure);
                    return 1;
                  })
              .execute(arguments);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    if (thrown.get() != null) {
      throw new AssertionError(String.join(" ", arguments) + ": " + thrown.get(), thrown.get());
    }
    String all = said.toString(StandardCharsets.UTF_8);
    assertThat(exit)
        .as(
            "%s; its output ends:\n%s",
            String.join(" ", arguments), all.substring(Math.max(0, all.length() - TOLD_CHARS_MAX)))
        .isZero();
    return all;
  }

  private static final class Tee extends OutputStream {
    private final PrintStream shown;
    private final ByteArrayOutputStream kept;

    Tee(PrintStream shown, ByteArrayOutputStream kept) {
      this.shown = shown;
      this.kept = kept;
    }

    @Override
    public void write(int each) {
      shown.write(each);
      kept.write(each);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      shown.write(bytes, offset, length);
      kept.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      shown.flush();
    }

    @Override
    public void close() {
      shown.flush();
    }
  }
}
