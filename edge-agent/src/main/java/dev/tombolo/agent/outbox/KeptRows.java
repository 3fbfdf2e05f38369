package dev.tombolo.agent.outbox;

import java.util.ArrayDeque;

/// What is remembered of rows that the hub has but no backup of it yet: how many there are and how
/// large, by the batches in which they were acknowledged. Bounded: beyond it the oldest are given
/// up, which loses nothing unless the hub loses its disk as well.
final class KeptRows {
  static final long ROWS_MAX = 20_000;
  static final long BYTES_MAX = 8L * 1024 * 1024;
  private static final int BATCHES_MAX = 256;

  private final ArrayDeque<Batch> batches = new ArrayDeque<>();

  /// Those that the hub has lost: their rows wait again.
  private final ArrayDeque<Batch> lost = new ArrayDeque<>();

  private long rows;
  private long bytes;

  private record Batch(long through, long rows, long bytes) {}

  void add(long through, long moreRows, long newBytes) {
    long moreBytes = newBytes;
    while (!lost.isEmpty() && lost.getFirst().through() <= through) {
      moreBytes += lost.removeFirst().bytes();
    }
    rows += moreRows;
    bytes += moreBytes;
    Batch last = batches.peekLast();
    if (last != null && (batches.size() >= BATCHES_MAX || last.rows() < ROWS_MAX / BATCHES_MAX)) {
      batches.pollLast();
      batches.addLast(new Batch(through, last.rows() + moreRows, last.bytes() + moreBytes));
    } else {
      batches.addLast(new Batch(through, moreRows, moreBytes));
    }
  }

  /// The hub has no row above `known` any more; no row through `forgotten` is there.
  void lost(long known, long forgotten) {
    while (!batches.isEmpty() && batches.getLast().through() > known) {
      Batch newest = batches.removeLast();
      rows -= newest.rows();
      bytes -= newest.bytes();
      long below = batches.isEmpty() ? forgotten : batches.getLast().through();
      if (below < known) {
        Batch rest = new Batch(known, Math.min(newest.rows(), known - below), newest.bytes());
        rows += rest.rows();
        bytes += rest.bytes();
        batches.addLast(rest);
      } else {
        lost.addFirst(newest);
      }
    }
  }

  /// The rows that are not to be kept any longer: those a backup has, and what is too much.
  long forgettable(long backedUpThrough) {
    long through = backedUpThrough;
    while (!batches.isEmpty()
        && (batches.getFirst().through() <= through || rows > ROWS_MAX || bytes > BYTES_MAX)) {
      Batch oldest = batches.removeFirst();
      rows -= oldest.rows();
      bytes -= oldest.bytes();
      through = Math.max(through, oldest.through());
    }
    return through;
  }
}
