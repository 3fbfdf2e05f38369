package dev.tombolo.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A process's memory as `/proc/PID/smaps_rollup` tells it (Linux), in KiB.
///
/// @param rss resident, shared pages counted in full
/// @param pss resident, shared pages counted by their share
/// @param privateDirty what ending the process would give back at least
public record ProcessMemory(long rss, long pss, long privateDirty) {

  public static ProcessMemory of(long pid) throws IOException {
    long rss = 0;
    long pss = 0;
    long dirty = 0;
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
      if (line.startsWith("Rss:")) {
        rss = kib(line);
      } else if (line.startsWith("Pss:")) {
        pss = kib(line);
      } else if (line.startsWith("Private_Dirty:")) {
        dirty = kib(line);
      }
    }
    return new ProcessMemory(rss, pss, dirty);
  }

  private static long kib(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", ""));
  }
}
