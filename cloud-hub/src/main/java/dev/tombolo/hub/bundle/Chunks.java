package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Cuts bytes where their content says so (FastCDC, Xia and others, 2016: gear hash, normalized
/// cutting), so that equal stretches are cut equally wherever they lie.
final class Chunks {
  static final int MIN = 1 << 10;
  static final int USUAL = 4 << 10;
  static final int MAX = 16 << 10;

  private static final int BUFFER = 1 << 20;
  private static final long SELDOM = 0x0003_5907_0353_0000L;
  private static final long OFTEN = 0x0000_d900_0353_0000L;
  private static final long[] GEAR = gear();

  /// A whole chunk of zeros, which is what a sparse file is made of. Its hash is 0.
  private static final byte[] ZEROS = new byte[zeros()];

  /// Is told of each chunk.
  interface Seen {
    /// @param hash of the bytes from `from` to `to`; equal chunks have equal ones
    /// @return `to`, or where behind it the next chunk is to begin
    long chunk(long from, long to, long hash);
  }

  private Chunks() {}

  static void cut(MemorySegment content, long from, long to, Seen seen) {
    byte[] buffer = new byte[(int) Math.min(BUFFER, to - from)];
    long begin = from;
    long gear = 0;
    long hash = 0;
    int length = 0;
    for (long at = from; at < to; ) {
      int got = (int) Math.min(buffer.length, to - at);
      MemorySegment.copy(content, ValueLayout.JAVA_BYTE, at, buffer, 0, got);
      long next = at + got;
      for (int i = 0; i < got; i++) {
        if (length == 0 && isZeros(buffer, i, got)) {
          i += ZEROS.length - 1;
          long end = at + i + 1;
          begin = seen.chunk(begin, end, 0);
          if (begin != end) {
            next = begin;
            break;
          }
          continue;
        }
        int value = buffer[i];
        gear = (gear << 1) + GEAR[value & 0xff];
        hash = (hash ^ value) * 0x9E37_79B9_7F4A_7C15L;
        hash ^= hash >>> 29;
        length++;
        if (length >= MIN && ((gear & (length < USUAL ? SELDOM : OFTEN)) == 0 || length == MAX)) {
          long end = at + i + 1;
          begin = seen.chunk(begin, end, hash);
          gear = 0;
          hash = 0;
          length = 0;
          if (begin != end) {
            next = begin;
            break;
          }
        }
      }
      at = next;
    }
    if (length > 0) {
      seen.chunk(begin, to, hash);
    }
  }

  private static boolean isZeros(byte[] buffer, int from, int to) {
    return buffer[from] == 0
        && to - from >= ZEROS.length
        && Arrays.mismatch(buffer, from, from + ZEROS.length, ZEROS, 0, ZEROS.length) < 0;
  }

  /// How long a chunk of zeros is: after 64 of them, `gear` stays what it is.
  private static int zeros() {
    long gear = -GEAR[0];
    if ((gear & SELDOM) == 0) {
      return MIN;
    }
    return (gear & OFTEN) == 0 ? USUAL : MAX;
  }

  /// Fixed numbers as good as random (SplitMix64).
  private static long[] gear() {
    long[] numbers = new long[256];
    long state = 0;
    for (int i = 0; i < numbers.length; i++) {
      state += 0x9E37_79B9_7F4A_7C15L;
      long mixed = (state ^ state >>> 30) * 0xBF58_476D_1CE4_E5B9L;
      mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
      numbers[i] = mixed ^ mixed >>> 31;
    }
    return numbers;
  }
}
