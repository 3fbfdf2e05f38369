package dev.tombolo.hub.rollout;

import java.util.Arrays;

/// Numbers, first in, first out. Grows as needed.
final class IntQueue {
  private int[] ring = new int[8];
  private int head;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// @param place 0: the first
  int get(int place) {
    return ring[(head + place) % ring.length];
  }

  void add(int number) {
    if (size == ring.length) {
      int[] larger = new int[size * 2];
      int first = ring.length - head;
      System.arraycopy(ring, head, larger, 0, first);
      System.arraycopy(ring, 0, larger, first, head);
      ring = larger;
      head = 0;
    }
    ring[(head + size) % ring.length] = number;
    size++;
  }

  int remove() {
    int first = ring[head];
    head = (head + 1) % ring.length;
    size--;
    if (size == 0 && ring.length > 4_096) {
      ring = Arrays.copyOf(ring, 8);
      head = 0;
    }
    return first;
  }
}
