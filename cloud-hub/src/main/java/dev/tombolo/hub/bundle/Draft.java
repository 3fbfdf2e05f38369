package dev.tombolo.hub.bundle;

import java.util.ArrayList;
import java.util.List;

/// A segment to be coded.
record Draft(List<Run> runs) {
  /// How long a piece of a large tensor is. A decoder needs a few times as much memory.
  static final int SLICE = 2 << 20;

  Draft {
    runs = List.copyOf(runs);
  }

  long at() {
    return runs.getFirst().at();
  }

  int length() {
    return (int) runs.stream().mapToLong(Run::length).sum();
  }

  /// @param from in bytes of the segment
  Draft part(long from, long to) {
    List<Run> part = new ArrayList<>();
    for (Run run : runs) {
      long begin = Math.max(run.at(), at() + from);
      long end = Math.min(run.at() + run.length(), at() + to);
      if (begin < end) {
        part.add(run.part(begin - run.at(), end - begin));
      }
    }
    return new Draft(part);
  }
}
