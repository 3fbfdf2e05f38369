package dev.tombolo.bench.demo;

import java.util.ArrayList;
import java.util.List;

/// Knows where the time of a step goes. What lies between two parts is not listed.
final class Stopwatch {
  private final List<PartTime> parts = new ArrayList<>();

  /// Something that takes its time.
  interface Work<T, E extends Exception> {
    T run() throws E, InterruptedException;
  }

  <T, E extends Exception> T time(String what, Work<T, E> work) throws E, InterruptedException {
    long start = System.nanoTime();
    try {
      return work.run();
    } finally {
      note(new PartTime(what, secondsSince(start)));
    }
  }

  private synchronized void note(PartTime part) {
    parts.add(part);
  }

  /// Those since the last call, in the order in which they ended.
  synchronized List<PartTime> take() {
    List<PartTime> taken = List.copyOf(parts);
    parts.clear();
    return taken;
  }

  static double secondsSince(long startNanos) {
    return Math.round((System.nanoTime() - startNanos) / 1e8) / 10.0;
  }
}
