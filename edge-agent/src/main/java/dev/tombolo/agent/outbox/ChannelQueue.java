package dev.tombolo.agent.outbox;

import org.jspecify.annotations.Nullable;

/// Sequence and size of each row of one channel, oldest first, 8 bytes a row: an outbox of a long
/// night offline must not cost memory that the shop's computer lacks.
final class ChannelQueue {
  private static final int SIZE_BITS = 20;
  private static final long SIZE_MASK = (1L << SIZE_BITS) - 1;

  private long[] ring = new long[16];
  private int head;
  private int count;
  private long bytes;

  void add(long sequence, int size) {
    if (count == ring.length) {
      long[] larger = new long[ring.length * 2];
      for (int i = 0; i < count; i++) {
        larger[i] = ring[(head + i) % ring.length];
      }
      ring = larger;
      head = 0;
    }
    ring[(head + count) % ring.length] = sequence << SIZE_BITS | size;
    count++;
    bytes += size;
  }

  long oldest() {
    return ring[head] >>> SIZE_BITS;
  }

  void removeOldest() {
    bytes -= ring[head] & SIZE_MASK;
    head = (head + 1) % ring.length;
    count--;
  }

  /// @return bytes of what was removed
  long removeThrough(long sequence) {
    long before = bytes;
    while (count > 0 && oldest() <= sequence) {
      removeOldest();
    }
    return before - bytes;
  }

  int count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof ChannelQueue it) || it.count != count) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (it.ring[(it.head + i) % it.ring.length] != ring[(head + i) % ring.length]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return Integer.hashCode(count);
  }
}
