package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.Piece;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// The files of a tree as one row of bytes.
final class TreeBytes {
  private final List<Tree.Entry> entries;
  private final long[] begins;

  TreeBytes(Tree tree) {
    entries = tree.entries();
    begins = new long[entries.size() + 1];
    for (int i = 0; i < entries.size(); i++) {
      begins[i + 1] = begins[i] + entries.get(i).size();
    }
  }

  long size() {
    return begins[begins.length - 1];
  }

  byte[] read(long at, int length) {
    byte[] into = new byte[length];
    int done = 0;
    for (int i = indexAt(at); done < length; i++) {
      long from = at + done - begins[i];
      int part = (int) Math.min(length - done, entries.get(i).size() - from);
      copy(entries.get(i), from, into, done, part);
      done += part;
    }
    return into;
  }

  /// What a piece is made from, cast as its kind says.
  static void copy(Tree.Entry entry, Piece piece, byte[] into, int at) {
    byte[] old = new byte[(int) piece.baseLength()];
    copy(entry, piece.baseOffset(), old, 0, old.length);
    piece.kind().cast().apply(old, old.length, into, at);
  }

  static void copy(Tree.Entry entry, long from, byte[] into, int at, int length) {
    MemorySegment.copy(entry.content(), ValueLayout.JAVA_BYTE, from, into, at, length);
  }

  /// The last file that begins at or before it.
  private int indexAt(long at) {
    int low = 0;
    int high = entries.size() - 1;
    while (low < high) {
      int middle = low + high + 1 >>> 1;
      if (begins[middle] <= at) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
