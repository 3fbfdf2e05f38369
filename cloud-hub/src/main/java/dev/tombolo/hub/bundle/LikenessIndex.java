package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// Where in the base there are rows of numbers, by their highest bits: some of all places, picked
/// by what stands there, so that the same ones are picked wherever it lies.
final class LikenessIndex {
  /// Numbers that are looked up at once.
  private static final int ROW = 32;

  private static final int PLACES_MAX = 1 << 20;
  private static final int WIDTHS = 3;
  private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;
  private static final long LEAVING = power(ROW);
  private static final int BUFFER = 1 << 16;

  private final ChunkIndex index = new ChunkIndex();
  private final long picked;

  /// Is told of a place: the last byte of a row.
  interface Seen {
    /// @return false to end
    boolean row(long at, long hash);
  }

  LikenessIndex(List<Tree.Entry> base) {
    long bytes = base.stream().mapToLong(Tree.Entry::size).sum();
    long shares = Math.max(16, Long.highestOneBit(WIDTHS * bytes / PLACES_MAX) << 1);
    picked = shares - 1;
    for (Tree.Entry file : base) {
      rows(
          file.content(),
          0,
          file.size(),
          (at, hash) -> {
            index.add(hash, file.index(), at);
            return true;
          });
    }
  }

  /// A place of [ChunkIndex], or none.
  long find(long hash) {
    return index.find(hash);
  }

  /// Tells all picked places.
  void rows(MemorySegment content, long from, long to, Seen seen) {
    long[] hashes = new long[8];
    byte[] buffer = new byte[BUFFER + 4 * ROW];
    int kept = 0;
    for (long at = from; at < to; ) {
      int got = (int) Math.min(BUFFER, to - at);
      MemorySegment.copy(content, ValueLayout.JAVA_BYTE, at, buffer, kept, got);
      for (int i = kept; i < kept + got; i++) {
        long begun = at + i - kept - from;
        for (int width = 1; width <= 4; width <<= 1) {
          int state = width + (int) (begun & width - 1);
          int mask = Likeness.mask(width);
          long hash = hashes[state] * MULTIPLIER + value(buffer[i] & mask);
          long before = (long) width * ROW;
          if (begun >= before) {
            hash -= LEAVING * value(buffer[i - width * ROW] & mask);
          }
          hashes[state] = hash;
          if (begun >= before) {
            long mixed = (hash ^ width) * MULTIPLIER;
            mixed ^= mixed >>> 32;
            if ((mixed & picked) == 0
                && isVaried(buffer, i, width, mask)
                && !seen.row(at + i - kept, mixed)) {
              return;
            }
          }
        }
      }
      int keep = Math.min(4 * ROW, kept + got);
      System.arraycopy(buffer, kept + got - keep, buffer, 0, keep);
      kept = keep;
      at += got;
    }
  }

  /// Rows of a few values are everywhere, and say nothing.
  private static boolean isVaried(byte[] bytes, int last, int width, int mask) {
    long[] values = new long[4];
    int count = 0;
    for (int i = 0; i < ROW; i++) {
      int value = bytes[last - i * width] & mask;
      if ((values[value >>> 6] & 1L << value) == 0) {
        values[value >>> 6] |= 1L << value;
        count++;
      }
    }
    return count >= 4;
  }

  private static long value(int masked) {
    long mixed = (masked + 1) * 0xBF58_476D_1CE4_E5B9L;
    return mixed ^ mixed >>> 29;
  }

  private static long power(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= MULTIPLIER;
    }
    return power;
  }
}
