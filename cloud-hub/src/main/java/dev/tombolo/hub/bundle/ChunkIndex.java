package dev.tombolo.hub.bundle;

import java.util.Arrays;

/// Where in the base each chunk begins, by its hash; of equal ones the first.
final class ChunkIndex {
  static final long NOWHERE = -1;

  private static final int OFFSET_BITS = 44;

  private long[] hashes = new long[1 << 12];
  private long[] places = new long[1 << 12];
  private int count;

  ChunkIndex() {
    Arrays.fill(places, NOWHERE);
  }

  void add(long hash, int file, long offset) {
    if (2 * count >= hashes.length) {
      grow();
    }
    int slot = slot(hash);
    if (places[slot] == NOWHERE) {
      hashes[slot] = hash;
      places[slot] = (long) file << OFFSET_BITS | offset;
      count++;
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  /// A place for [#file] and [#offset], or [#NOWHERE].
  long find(long hash) {
    return places[slot(hash)];
  }

  static int file(long place) {
    return (int) (place >>> OFFSET_BITS);
  }

  static long offset(long place) {
    return place & (1L << OFFSET_BITS) - 1;
  }

  private int slot(long hash) {
    int slot = (int) (hash ^ hash >>> 32) & hashes.length - 1;
    while (places[slot] != NOWHERE && hashes[slot] != hash) {
      slot = slot + 1 & hashes.length - 1;
    }
    return slot;
  }

  private void grow() {
    long[] oldHashes = hashes;
    long[] oldPlaces = places;
    hashes = new long[2 * oldHashes.length];
    places = new long[2 * oldPlaces.length];
    Arrays.fill(places, NOWHERE);
    for (int i = 0; i < oldPlaces.length; i++) {
      if (oldPlaces[i] != NOWHERE) {
        int slot = slot(oldHashes[i]);
        hashes[slot] = oldHashes[i];
        places[slot] = oldPlaces[i];
      }
    }
  }
}
