package dev.tombolo.bench.torture;

import java.util.Map;
import java.util.TreeMap;

/// How many kills fell into each phase.
final class PhaseCounts {
  private final Map<String, Integer> counts = new TreeMap<>();

  void count(String phase) {
    counts.merge(phase, 1, Integer::sum);
  }

  int of(String phase) {
    return counts.getOrDefault(phase, 0);
  }

  Map<String, Integer> all() {
    return Map.copyOf(counts);
  }

  /// A line each, `agent fetching 12`.
  String table() {
    StringBuilder text = new StringBuilder();
    counts.forEach((phase, count) -> text.append(String.format("  %-28s %5d%n", phase, count)));
    return text.toString();
  }
}
