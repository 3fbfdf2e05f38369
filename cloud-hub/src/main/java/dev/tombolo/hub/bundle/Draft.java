package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.BundleFormat;
import java.util.ArrayList;
import java.util.List;

/// A segment to be coded.
record Draft(List<Run> runs) {
  /// How long a piece of a large tensor is. A decoder needs a few times as much memory.
  static final int SLICE = 2 << 20;

  /// A slice, and what small things stand before it.
  private static final int LENGTH_MAX = SLICE + (128 << 10);

  /// Elements are not cut apart.
  private static final long WHOLE_ELEMENTS = 8;

  private static final int LARGE = 64 << 10;

  Draft {
    runs = List.copyOf(runs);
  }

  long at() {
    return runs.getFirst().at();
  }

  int length() {
    return (int) runs.stream().mapToLong(Run::length).sum();
  }

  /// Cuts runs at tensors, and else where a segment is full.
  static List<Draft> of(List<Run> runs) {
    List<Draft> drafts = new ArrayList<>();
    List<Run> open = new ArrayList<>();
    long length = 0;
    for (Run run : runs) {
      boolean large = run.type() != null && !run.equal() && run.length() >= LARGE;
      for (long from = 0; from < run.length(); ) {
        long part = Math.min(SLICE, run.length() - from);
        if (!large && !open.isEmpty()) {
          long room = Math.max(WHOLE_ELEMENTS, (SLICE - length) & -WHOLE_ELEMENTS);
          part = Math.min(part, room);
        }
        if (length + part > LENGTH_MAX || open.size() >= BundleFormat.PIECES_MAX / 2) {
          drafts.add(new Draft(open));
          open.clear();
          length = 0;
          continue;
        }
        open.add(run.part(from, part));
        from += part;
        length += part;
        if (large || length >= SLICE) {
          drafts.add(new Draft(open));
          open.clear();
          length = 0;
        }
      }
    }
    if (!open.isEmpty()) {
      drafts.add(new Draft(open));
    }
    return drafts;
  }
}
