package dev.tombolo.bench.load;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Times the steps of one thread, each by its kind. What a step did is the processor's time of its
/// thread; the rest of the wall's time is collecting garbage, and waiting for a processor that
/// others have.
final class StepClock {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final List<GarbageCollectorMXBean> COLLECTORS =
      ManagementFactory.getGarbageCollectorMXBeans();
  private static final long NANOS_OF_MILLI = 1_000_000;

  /// What the design allows a step.
  private static final long STEP_NANOS_MAX = 5 * NANOS_OF_MILLI;

  private final Map<String, Longest> byKind = new HashMap<>();
  private long steps;
  private long over;
  private long wall;
  private long cpu;
  private long collected;

  /// The longest steps of a kind: by the processor, and by the wall with what it was made of.
  ///
  /// @param collectingMillis whole milliseconds, as the JVM tells them
  record Longest(
      String kind,
      double cpuMillis,
      double wallMillis,
      double cpuOfThatMillis,
      double collectingMillis) {

    String words() {
      return "%.2f ms; by the wall %.2f ms, of which %.2f ms its own, %.0f ms collecting garbage"
          .formatted(cpuMillis, wallMillis, cpuOfThatMillis, collectingMillis);
    }
  }

  void begin() {
    collected = collectedMillis();
    cpu = THREADS.getCurrentThreadCpuTime();
    wall = System.nanoTime();
  }

  /// The step that began with [#begin] is over, and was of this kind.
  void end(String kind) {
    long wallNanos = System.nanoTime() - wall;
    long cpuNanos = THREADS.getCurrentThreadCpuTime() - cpu;
    steps++;
    over += cpuNanos > STEP_NANOS_MAX ? 1 : 0;
    Longest before = byKind.getOrDefault(kind, new Longest(kind, 0, 0, 0, 0));
    double wallMillis = (double) wallNanos / NANOS_OF_MILLI;
    double cpuMillis = (double) cpuNanos / NANOS_OF_MILLI;
    double longest = Math.max(cpuMillis, before.cpuMillis());
    byKind.put(
        kind,
        wallMillis > before.wallMillis()
            ? new Longest(kind, longest, wallMillis, cpuMillis, collectedMillis() - collected)
            : new Longest(
                kind,
                longest,
                before.wallMillis(),
                before.cpuOfThatMillis(),
                before.collectingMillis()));
  }

  void forget() {
    byKind.clear();
    steps = 0;
    over = 0;
  }

  long steps() {
    return steps;
  }

  /// Steps that took more than 5 ms of the processor.
  long stepsOverFive() {
    return over;
  }

  /// Those that took the processor longest, the longest first.
  List<Longest> longest(int most) {
    return byKind.values().stream()
        .sorted(Comparator.comparingDouble(Longest::cpuMillis).reversed())
        .limit(most)
        .toList();
  }

  double longestCpuMillis() {
    return byKind.values().stream().mapToDouble(Longest::cpuMillis).max().orElse(0);
  }

  double longestWallMillis() {
    return byKind.values().stream().mapToDouble(Longest::wallMillis).max().orElse(0);
  }

  private static long collectedMillis() {
    long millis = 0;
    for (GarbageCollectorMXBean collector : COLLECTORS) {
      millis += Math.max(0, collector.getCollectionTime());
    }
    return millis;
  }
}
