package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Whether two stretches have alike numbers in them, whatever the format: of numbers that moved a
/// little, the highest bits are mostly the same.
final class Likeness {
  /// Bytes of an element that are tried, the widest first.
  private static final int[] WIDTHS = {8, 4, 2, 1};

  /// Of the highest bytes of two unlike rows of weights a quarter to a half are the same.
  private static final double ALIKE = 0.62;

  private Likeness() {}

  /// What is kept of the highest byte of an element: sign and exponent, or a number's upper half.
  static int mask(int width) {
    return width >= 4 ? 0xff : width == 2 ? 0xfc : 0xf0;
  }

  static boolean holds(MemorySegment one, long at, MemorySegment other, long there, int length) {
    if (there < 0 || at + length > one.byteSize() || there + length > other.byteSize()) {
      return false;
    }
    for (int width : WIDTHS) {
      for (int phase = 0; phase < width; phase++) {
        int same = 0;
        int count = 0;
        int values = 0;
        for (int i = phase; i < length; i += width) {
          boolean isSame = isSame(one, at + i, other, there + i, mask(width));
          if (width == 8) {
            // The rest of the exponent: weights of any two models have its highest bits in common.
            isSame &= i == 0 || isSame(one, at + i - 1, other, there + i - 1, 0xf0);
          }
          same += isSame ? 1 : 0;
          values |= one.get(ValueLayout.JAVA_BYTE, at + i) & mask(width);
          count++;
        }
        // Zeros, as F64 has behind what was F32, are alike in any two models. Of narrower numbers
        // they are the upper half of small ones.
        if (same >= ALIKE * count && (width < 8 || values != 0)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isSame(
      MemorySegment one, long at, MemorySegment other, long there, int mask) {
    int differing = one.get(ValueLayout.JAVA_BYTE, at) ^ other.get(ValueLayout.JAVA_BYTE, there);
    return (differing & mask) == 0;
  }
}
