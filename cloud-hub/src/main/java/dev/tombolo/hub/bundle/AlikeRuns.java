package dev.tombolo.hub.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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
      addWhole(run, begin - run.at(), end - run.at(), parts);
    }
    return parts;
  }

  /// Elements that another segment has the rest of are left to what else is known of them.
  private static void addWhole(Run run, long from, long to, List<Run> parts) {
    int width = Objects.requireNonNull(run.type()).whenNew().width();
    long begin = (from + width - 1) / width * width;
    long end = to / width * width;
    if (begin < end) {
      parts.add(run.part(begin, end - begin));
    }
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
