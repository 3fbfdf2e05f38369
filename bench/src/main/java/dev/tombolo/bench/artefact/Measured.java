package dev.tombolo.bench.artefact;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A command that ran to its end, and what it took.
///
/// @param cpuSeconds of the process itself, without its children
/// @param peakMiB resident memory of the process and its children at their largest; what a child
///   shares with its parent before it is a program of its own counts once
/// @param ownMiB of it, what no other process can share: not the pages of files
record Measured(double seconds, double cpuSeconds, double peakMiB, double ownMiB, String out) {
  private static final long SAMPLE_MILLIS = 10;

  static Measured run(Path folder, String... argv) throws IOException, InterruptedException {
    Path out = Files.createTempFile("artefact", ".out");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(List.of(argv))
              .directory(folder.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectErrorStream(true)
              .redirectOutput(out.toFile());
      builder.environment().putAll(Map.of("LC_ALL", "C"));
      long begun = System.nanoTime();
      Process process = builder.start();
      long peak = 0;
      long own = 0;
      Duration cpu = Duration.ZERO;
      boolean ended;
      do {
        ended = process.waitFor(SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
        List<Long> pids =
            Stream.concat(
                    Stream.of(process.toHandle()),
                    process.descendants().filter(Measured::hasItsOwn))
                .map(ProcessHandle::pid)
                .toList();
        peak = Math.max(peak, pids.stream().mapToLong(it -> kib(it, "VmHWM:")).sum());
        own = Math.max(own, pids.stream().mapToLong(it -> kib(it, "RssAnon:")).sum());
        cpu = process.info().totalCpuDuration().orElse(cpu);
      } while (!ended);
      double seconds = (System.nanoTime() - begun) / 1e9;
      String said = Files.readString(out);
      if (process.exitValue() != 0) {
        throw new IOException(
            String.join(" ", argv) + " ended with " + process.exitValue() + ": " + said);
      }
      return new Measured(seconds, cpu.toMillis() / 1e3, peak / 1024.0, own / 1024.0, said);
    } finally {
      Files.delete(out);
    }
  }

  /// Whether it runs a program that it was given, with memory of its own. Between vfork and exec a
  /// child shows its parent's memory as its own, and its parent's program and words, too. Asked
  /// before its memory is read: what it became in between is counted at the next look.
  private static boolean hasItsOwn(ProcessHandle child) {
    return child
        .parent()
        .map(parent -> !program(child.pid()).equals(program(parent.pid())))
        .orElse(true);
  }

  /// Where it lies, and the command line; nothing when the process is gone.
  private static List<String> program(long pid) {
    Path process = Path.of("/proc/" + pid);
    try {
      return List.of(
          Files.readSymbolicLink(process.resolve("exe")).toString(),
          Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return List.of();
    }
  }

  /// 0 when the process is gone.
  private static long kib(long pid, String field) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith(field)) {
          return Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    } catch (IOException e) {
      // It ended between two looks.
    }
    return 0;
  }
}
