package dev.tombolo.bench.simulation.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// How often each thing happened, by name.
public final class Counts {
  private final Map<String, long[]> counts = new HashMap<>();

  public void add(String what) {
    add(what, 1);
  }

  public void add(String what, long times) {
    long[] count = counts.get(what);
    if (count == null) {
      counts.put(what, new long[] {times});
    } else {
      count[0] += times;
    }
  }

  public void addAll(Counts others) {
    others.counts.forEach((what, times) -> add(what, times[0]));
  }

  public long of(String what) {
    long[] count = counts.get(what);
    return count == null ? 0 : count[0];
  }

  public long total() {
    return counts.values().stream().mapToLong(count -> count[0]).sum();
  }

  /// By name.
  public Map<String, Long> sorted() {
    Map<String, Long> sorted = new TreeMap<>();
    counts.forEach((what, times) -> sorted.put(what, times[0]));
    return sorted;
  }
}
