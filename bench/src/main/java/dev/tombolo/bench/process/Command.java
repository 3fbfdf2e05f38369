package dev.tombolo.bench.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A command that runs to its end, and what it said.
///
/// @param exit its status; 124 when it was killed because time was up
public record Command(List<String> argv, int exit, String out, String err) {

  /// Runs it with no standard input.
  public static Command run(List<String> argv, Map<String, String> env, Path folder, Duration limit)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("tombolo-out", ".txt");
    Path err = Files.createTempFile("tombolo-err", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(argv)
              .directory(folder.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(env);
      Process process = builder.start();
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      return new Command(
          List.copyOf(argv),
          ended ? process.exitValue() : 124,
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /// This, when it ended with 0.
  ///
  /// @throws IllegalStateException with all it said otherwise
  public Command orThrow() {
    if (exit != 0) {
      throw new IllegalStateException(
          String.join(" ", argv) + " ended with " + exit + "\n" + out + err);
    }
    return this;
  }
}
