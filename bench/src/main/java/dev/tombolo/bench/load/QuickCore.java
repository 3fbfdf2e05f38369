package dev.tombolo.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The core that is quickest at this moment. Those of a rented machine are halves of real ones: one
/// whose other half somebody else keeps busy does little more than half of the work.
///
/// @param words how long a loop took on each core
record QuickCore(int number, String words) {
  private static final Path TASKSET = Path.of("/usr/bin/taskset");
  private static final String LOOP = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
  private static final String ALLOWED = "Cpus_allowed_list:";
  private static final int ROUNDS = 3;
  private static final int CORES_MAX = 8;

  /// What runs a command on it.
  List<String> prefix() {
    return List.of(TASKSET.toString(), "-c", Integer.toString(number));
  }

  static boolean canBeChosen() {
    return Files.isExecutable(TASKSET);
  }

  /// Takes some seconds. Cores in turn, and of each the best of its rounds.
  static QuickCore find() throws IOException, InterruptedException {
    Map<Integer, Long> best = new TreeMap<>();
    List<Integer> cores = allowed(Files.readAllLines(Path.of("/proc/self/status")));
    for (int round = 0; round < ROUNDS; round++) {
      for (int core : cores) {
        best.merge(core, loop(core), Math::min);
      }
    }
    int quickest = cores.getFirst();
    long least = Long.MAX_VALUE;
    List<String> words = new ArrayList<>();
    for (Map.Entry<Integer, Long> each : best.entrySet()) {
      if (each.getValue() < least) {
        least = each.getValue();
        quickest = each.getKey();
      }
      words.add("%d ms on core %d".formatted(each.getValue() / 1_000_000, each.getKey()));
    }
    return new QuickCore(quickest, "a loop took " + String.join(", ", words));
  }

  /// Those that this process may use, no more than a few.
  ///
  /// @param status as proc(5) describes it: `Cpus_allowed_list: 0-3,6`
  static List<Integer> allowed(List<String> status) {
    List<Integer> cores = new ArrayList<>();
    for (String line : status) {
      if (line.startsWith(ALLOWED)) {
        for (String part : line.substring(ALLOWED.length()).strip().split(",")) {
          String[] ends = part.split("-");
          int last = Integer.parseInt(ends[ends.length - 1]);
          for (int core = Integer.parseInt(ends[0]); core <= last; core++) {
            cores.add(core);
          }
        }
      }
    }
    return cores.subList(0, Math.min(CORES_MAX, cores.size()));
  }

  private static long loop(int core) throws IOException, InterruptedException {
    long from = System.nanoTime();
    int code =
        new ProcessBuilder(TASKSET.toString(), "-c", Integer.toString(core), "/bin/sh", "-c", LOOP)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException("a loop on core " + core + " ended with " + code);
    }
    return System.nanoTime() - from;
  }
}
