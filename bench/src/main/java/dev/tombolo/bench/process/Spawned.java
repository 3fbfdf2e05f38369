package dev.tombolo.bench.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A process of ours that goes on running, its output in a file. Closing it ends it: SIGTERM, and
/// SIGKILL after a grace. It does not outlive this program.
public final class Spawned implements AutoCloseable {
  private static final Duration GRACE = Duration.ofMinutes(1);
  private static final int TAIL_LINES = 40;

  private final String name;
  private final Process process;
  private final Path output;

  private Spawned(String name, Process process, Path output) {
    this.name = name;
    this.process = process;
    this.output = output;
  }

  /// Starts it; output is appended to `output`.
  public static Spawned start(
      String name, List<String> argv, Map<String, String> env, Path folder, Path output)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(argv)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().putAll(env);
    return new Spawned(name, Leftovers.started(builder), output);
  }

  /// From now on it may outlive this program.
  public void letGo() {
    Leftovers.letGo(process);
  }

  public String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// Waits until the output has a line that contains `text`, from byte `from` of the file on.
  ///
  /// @return that line
  /// @throws IllegalStateException with the output's tail when the process ends or time is up
  public String awaitLine(String text, long from, Duration limit) throws InterruptedException {
    return Await.until(
        limit,
        () -> "a line with '" + text + "' from " + name + "; its output ends:\n" + tail(),
        () -> {
          for (String line : text(from).split("\n", -1)) {
            if (line.contains(text)) {
              return line;
            }
          }
          if (!process.isAlive()) {
            throw new IllegalStateException(
                name + " ended with " + process.exitValue() + "; its output ends:\n" + tail());
          }
          return null;
        });
  }

  /// Waits for its end.
  ///
  /// @return its exit status
  /// @throws IllegalStateException when the time is up
  public int awaitEnd(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          name + " did not end within " + limit.toSeconds() + " s; its output ends:\n" + tail());
    }
    return process.exitValue();
  }

  /// CPU time taken so far, in ns, to a clock tick of 10 ms.
  ///
  /// @throws IllegalStateException when it has ended
  public long cpuNanos() {
    return process
        .info()
        .totalCpuDuration()
        .map(Duration::toNanos)
        .orElseThrow(() -> new IllegalStateException(name + " is gone:\n" + tail()));
  }

  /// Bytes written so far.
  public long written() {
    return output.toFile().length();
  }

  /// SIGKILL, and waits until the process is gone.
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// SIGTERM, and waits.
  public int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  /// The last lines of the output, for people.
  public String tail() {
    List<String> lines = text(0).lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  private String text(long from) {
    try {
      byte[] all = Files.exists(output) ? Files.readAllBytes(output) : new byte[0];
      int start = (int) Math.min(from, all.length);
      return new String(all, start, all.length - start, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      stop();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
