package dev.tombolo.agent.session;

import java.io.File;
import java.io.IOException;
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

  /// What a dying disk holds on to outlives even SIGKILL; nobody waits for it longer.
  private static final int KILL_SECONDS_MAX = 5;

  /// Who has left the session may hold the output open for ever: then its end is not known.
  private static final long OUTPUT_MILLIS_MAX = 200;

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
    List<Process> started = start(prefix, argv, environment, folder);
    Process process = started.getFirst();
    Process tail = started.getLast();
    try {
      boolean timedOut = !process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (timedOut) {
        ProcessTable.end(ProcessTable.ofSession(process.pid()), true);
        ProcessTable.end(List.of(process.pid()), true);
        if (!process.waitFor(KILL_SECONDS_MAX, TimeUnit.SECONDS)) {
          throw new IOException("process " + process.pid() + " cannot be ended");
        }
      }
      // What it leaves running may print on.
      ProcessTable.end(ProcessTable.ofSession(process.pid()), true);
      String output =
          tail.waitFor(OUTPUT_MILLIS_MAX, TimeUnit.MILLISECONDS)
              ? new String(tail.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              : "";
      return new Ended(process.exitValue(), timedOut, lastLine(output));
    } finally {
      process.destroyForcibly();
      ProcessTable.end(ProcessTable.ofSession(process.pid()), true);
      tail.destroyForcibly();
    }
  }

  /// Its output goes to a program that keeps the end of it: this one's memory is bound, and what
  /// Java has in its hands when a process ends it reads to the end, however much comes.
  private static List<Process> start(
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
    ProcessBuilder tail = new ProcessBuilder("tail", "-c", String.valueOf(TAIL_BYTES));
    tail.environment().clear();
    return ProcessBuilder.startPipeline(List.of(builder, tail.redirectErrorStream(true)));
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
}
