package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Counts;
import java.util.IdentityHashMap;

/// Counts events and effects by their kind, cheaply.
final class ClassCounts {
  private final IdentityHashMap<Class<?>, long[]> counts = new IdentityHashMap<>();

  void add(Class<?> kind) {
    long[] count = counts.get(kind);
    if (count == null) {
      counts.put(kind, new long[] {1});
    } else {
      count[0]++;
    }
  }

  /// Names like `HubEvent ReportSaid`.
  void into(Counts all) {
    counts.forEach(
        (kind, count) -> {
          Class<?> outer = kind.getDeclaringClass();
          all.add(
              (outer == null ? "" : outer.getSimpleName() + " ") + kind.getSimpleName(), count[0]);
        });
  }
}
