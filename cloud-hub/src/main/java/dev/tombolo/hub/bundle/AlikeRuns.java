package dev.tombolo.hub.bundle;

import java.util.ArrayList;
import java.util.List;

/// What [Alike] found, by place.
record AlikeRuns(List<Run> runs) {
  AlikeRuns {
    runs = List.copyOf(runs);
  }

  /// The parts of them that lie in the segment.
  List<Run> in(Draft draft) {
    long from = draft.at();
    long to = from + draft.length();
    List<Run> parts = new ArrayList<>();
    for (int i = firstEndingBehind(from); i < runs.size() && runs.get(i).at() < to; i++) {
      Run run = runs.get(i);
      long begin = Math.max(from, run.at());
      long end = Math.min(to, run.at() + run.length());
      parts.add(run.part(begin - run.at(), end - begin));
    }
    return parts;
  }

  private int firstEndingBehind(long at) {
    int low = 0;
    int high = runs.size();
    while (low < high) {
      int middle = low + high >>> 1;
      if (runs.get(middle).at() + runs.get(middle).length() > at) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
