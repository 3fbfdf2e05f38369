package dev.tombolo.agent.session;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs a short program to its end, or to its time's: in a session of its own, which is killed as a
/// whole, with only the end of its output kept.
public final class BoundedRun {
  /// Of the output's last line.
  public static final int LINE_CHARS_MAX = 512;

  private static final int TAIL_BYTES = 4 * 1024;
  private static final long DRAIN_BYTES_MAX = 1024 * 1024;
  private static final long LOOK_MILLIS = 50;

  /// A program that prints fills its pipe again at once; looking seldom would slow it down.
  private static final long LOOK_MILLIS_WHILE_PRINTING = 1;

  /// What a dying disk holds on to outlives even SIGKILL; nobody waits for it longer.
  private static final int KILL_SECONDS_MAX = 5;

  private static final File NOTHING = new File("/dev/null");

  private BoundedRun() {}

  /// How it ended.
  ///
  /// @param exitCode 128 + signal when killed
  public record Ended(int exitCode, boolean timedOut, String lastLine) {}

  /// @param prefix put before the program, as before a workload's: its memory is not the agent's
  public static Ended run(
      List<String> prefix,
      List<String> argv,
      Map<String, String> environment,
      Path folder,
      Duration timeout)
      throws IOException, InterruptedException {
    Process process = start(prefix, argv, environment, folder);
    long deadline = System.nanoTime() + timeout.toNanos();
    Tail tail = new Tail();
    try (InputStream output = process.getInputStream()) {
      boolean timedOut = false;
      long look = LOOK_MILLIS_WHILE_PRINTING;
      while (!process.waitFor(look, TimeUnit.MILLISECONDS)) {
        look = tail.drain(output) ? LOOK_MILLIS_WHILE_PRINTING : LOOK_MILLIS;
        if (System.nanoTime() > deadline) {
          timedOut = true;
          // Not by destroyForcibly, which would close the output before its end is read.
          ProcessTable.end(ProcessTable.ofSession(process.pid()), true);
          ProcessTable.end(List.of(process.pid()), true);
          if (!process.waitFor(KILL_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IOException("process " + process.pid() + " cannot be ended");
          }
        }
      }
      tail.drain(output);
      return new Ended(process.exitValue(), timedOut, tail.lastLine());
    } finally {
      process.destroyForcibly();
      ProcessTable.end(ProcessTable.ofSession(process.pid()), true);
    }
  }

  private static Process start(
      List<String> prefix, List<String> argv, Map<String, String> environment, Path folder)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add("setsid");
    command.addAll(prefix);
    command.addAll(argv);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectInput(NOTHING).redirectErrorStream(true);
    return builder.start();
  }

  /// The last non-empty line of some output, without what a terminal would obey.
  public static String lastLine(String output) {
    String last = "";
    for (String line : output.split("\n")) {
      String plain = line.replaceAll("\\p{Cntrl}", " ").strip();
      if (!plain.isEmpty()) {
        last = plain;
      }
    }
    return last.length() > LINE_CHARS_MAX ? last.substring(0, LINE_CHARS_MAX) : last;
  }

  /// The end of a stream of any length. Never blocks: a stray grandchild may hold the pipe open.
  private static final class Tail {
    private final byte[] bytes = new byte[TAIL_BYTES];
    private int length;

    /// Reads what is there, but no more than so much: who prints without end must not keep the
    /// deadline from being looked at.
    ///
    /// @return true when there was something to read
    boolean drain(InputStream in) throws IOException {
      long drained = 0;
      for (int ready = in.available();
          ready > 0 && drained < DRAIN_BYTES_MAX;
          ready = in.available()) {
        if (length == bytes.length) {
          System.arraycopy(bytes, TAIL_BYTES / 2, bytes, 0, TAIL_BYTES / 2);
          length = TAIL_BYTES / 2;
        }
        int read = in.read(bytes, length, Math.min(ready, bytes.length - length));
        if (read < 0) {
          return drained > 0;
        }
        length += read;
        drained += read;
      }
      return drained > 0;
    }

    String lastLine() {
      return BoundedRun.lastLine(new String(bytes, 0, length, StandardCharsets.UTF_8));
    }
  }
}
