package dev.tombolo.hub.bundle;

import java.util.ArrayDeque;

/// How much of the table each segment may take: by its length, and what those before it left over.
/// A file with changes everywhere is coded with fewer, longer pieces, and not refused at its end.
///
/// What a segment took counts for the one [#BEHIND] segments later, however many are coded at once,
/// so that the same files give the same bundle on every machine.
final class TableShare {
  static final int BEHIND = 64;

  private final ArrayDeque<Integer> granted = new ArrayDeque<>();
  private final ArrayDeque<Integer> taken = new ArrayDeque<>();
  private long left;
  private long plainLeft;

  /// @param room in the table, in bytes
  /// @param plain bytes of all segments
  TableShare(long room, long plain) {
    left = room;
    plainLeft = plain;
  }

  /// For the next segment, which has so many bytes; what the one [#BEHIND] segments before it took
  /// must have been told.
  int grant(int length) {
    if (granted.size() == BEHIND) {
      left += granted.remove() - taken.remove();
    }
    double share = (double) Math.max(0, left) * length / plainLeft;
    int grant = (int) Math.min(Integer.MAX_VALUE, share);
    left -= grant;
    plainLeft -= length;
    granted.add(grant);
    return grant;
  }

  /// In the order of the segments.
  void took(int bytes) {
    taken.add(bytes);
  }
}
