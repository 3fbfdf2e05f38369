package dev.tombolo.hub.rollout;

import java.util.function.IntPredicate;

/// Finds numbers by the hash of what they stand for. Never made anew as a whole, however many there
/// are: it is cut into parts, and one that is full becomes two (extendible hashing), so that no
/// addition takes much longer than another. Some 14 bytes each.
final class NumberIndex {
  static final int NONE = -1;

  private static final int FEW = 16;

  /// Places of a part before it is parted.
  private static final int PART = 1_024;

  /// Hashes that have so many bits in common are not told apart by parting.
  private static final int DEPTH_MAX = 20;

  /// By the first bits of the hash, [#depth] of them. A part that was parted less often than others
  /// stands in several places.
  private Part[] parts = {new Part(0, FEW)};

  private int depth;

  /// An open hash table, at most three quarters full.
  private static final class Part {
    private final int depth;

    /// The hash, and the number plus one; 0: free.
    private long[] places;

    private int size;

    private Part(int depth, int places) {
      this.depth = depth;
      this.places = new long[places];
    }

    private boolean isFull() {
      return size * 4 >= places.length * 3;
    }

    private void put(long entry) {
      int at = (int) (entry >>> Integer.SIZE) & (places.length - 1);
      while (places[at] != 0) {
        at = (at + 1) & (places.length - 1);
      }
      places[at] = entry;
      size++;
    }

    private void grow() {
      long[] before = places;
      places = new long[before.length * 2];
      size = 0;
      for (long entry : before) {
        if (entry != 0) {
          put(entry);
        }
      }
    }
  }

  /// @param isIt asked of numbers with this hash
  /// @return [#NONE]: it has not been added
  int find(int hash, IntPredicate isIt) {
    long[] places = parts[place(hash)].places;
    int at = hash & (places.length - 1);
    while (places[at] != 0) {
      int number = (int) places[at] - 1;
      if ((int) (places[at] >>> Integer.SIZE) == hash && isIt.test(number)) {
        return number;
      }
      at = (at + 1) & (places.length - 1);
    }
    return NONE;
  }

  /// @param number of something that is not in it yet
  void add(int hash, int number) {
    Part part = parts[place(hash)];
    while (part.isFull()) {
      if (part.places.length < PART || part.depth == DEPTH_MAX) {
        part.grow();
      } else {
        part(part);
      }
      part = parts[place(hash)];
    }
    part.put((long) hash << Integer.SIZE | Integer.toUnsignedLong(number + 1));
  }

  private int place(int hash) {
    // A shift by all 32 bits would be none.
    return hash >>> 1 >>> (Integer.SIZE - 1 - depth);
  }

  private void part(Part full) {
    if (full.depth == depth) {
      Part[] more = new Part[parts.length * 2];
      for (int i = 0; i < more.length; i++) {
        more[i] = parts[i / 2];
      }
      parts = more;
      depth++;
    }
    int bit = Long.SIZE - 1 - full.depth;
    Part low = new Part(full.depth + 1, PART);
    Part high = new Part(full.depth + 1, PART);
    for (long entry : full.places) {
      if (entry != 0) {
        ((entry >>> bit & 1) == 0 ? low : high).put(entry);
      }
    }
    for (int i = 0; i < parts.length; i++) {
      if (parts[i] == full) {
        int thatBit = i >>> (depth - 1 - full.depth) & 1;
        parts[i] = thatBit == 0 ? low : high;
      }
    }
  }
}
