package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.BundleFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Cuts runs at tensors, and else where a segment is full.
final class Drafts {
  /// A slice, and what small things stand before it.
  private static final int LENGTH_MAX = Draft.SLICE + (128 << 10);

  private static final int RUNS_MAX = BundleFormat.PIECES_MAX / 2;

  /// Elements are not cut apart.
  private static final long WHOLE_ELEMENTS = 8;

  private static final int LARGE = 64 << 10;

  /// So much, with so many changes, is a segment: what is coded together should be alike.
  private static final int MANY = BundleFormat.PIECES_MAX / 2;

  private static final int MANY_BYTES_MIN = 512 << 10;

  private final Consumer<Draft> to;
  private final List<Run> open = new ArrayList<>();
  private long length;
  private int pieces;

  Drafts(Consumer<Draft> to) {
    this.to = to;
  }

  /// @param piecesOfRun how many runs it was before they were joined
  void add(Run run, int piecesOfRun) {
    boolean large = run.type() != null && !run.equal() && run.length() >= LARGE;
    for (long from = 0; from < run.length(); ) {
      long part = Math.min(Draft.SLICE, run.length() - from);
      if (!large && !open.isEmpty()) {
        long room = Math.max(WHOLE_ELEMENTS, (Draft.SLICE - length) & -WHOLE_ELEMENTS);
        part = Math.min(part, room);
      }
      if (length + part > LENGTH_MAX || open.size() >= RUNS_MAX) {
        end();
        continue;
      }
      open.add(run.part(from, part));
      from += part;
      length += part;
      if (large || length >= Draft.SLICE) {
        end();
      }
    }
    pieces += piecesOfRun;
    if (pieces >= MANY && length >= MANY_BYTES_MIN) {
      end();
    }
  }

  /// What is open is a segment, too.
  void end() {
    if (!open.isEmpty()) {
      to.accept(new Draft(open));
      open.clear();
      length = 0;
      pieces = 0;
    }
  }
}
