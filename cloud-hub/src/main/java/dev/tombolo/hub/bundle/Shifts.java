package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds where new bytes go on as the base does near a place, after something was put in or taken
/// out: where no chunk is whole, since more has changed than that.
final class Shifts {
  /// To either side of the place.
  private static final int WINDOW = 16 << 10;

  /// Bytes that are looked up at once.
  private static final int GRAM = 16;

  /// What is equal by chance is shorter.
  private static final int EQUAL_MIN = 32;

  private static final int SLOT_BITS = 16;
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

  /// Offsets within the window, plus 1; 0: none. Of equal ones the nearest to the place.
  private final int[] slots = new int[1 << SLOT_BITS];

  /// @param at in the new bytes
  /// @param base the same in the base
  record Found(long at, long base) {}

  /// @param place in the base, where `from` was thought to go on
  @Nullable Found find(MemorySegment fresh, long from, long to, MemorySegment base, long place) {
    long begin = Math.max(0, place - WINDOW);
    long end = Math.min(base.byteSize(), place + WINDOW) - GRAM;
    if (end <= begin) {
      return null;
    }
    Arrays.fill(slots, 0);
    for (int distance = WINDOW; distance >= 0; distance--) {
      note(base, place + distance, begin, end);
      note(base, place - distance, begin, end);
    }
    long last = Math.min(to, fresh.byteSize() - EQUAL_MIN);
    for (long at = from; at < last; at++) {
      int slot = slot(fresh, at);
      if (slot >= 0 && slots[slot] != 0) {
        long there = begin + slots[slot] - 1;
        if (there + EQUAL_MIN <= base.byteSize()
            && MemorySegment.mismatch(fresh, at, at + EQUAL_MIN, base, there, there + EQUAL_MIN)
                < 0) {
          return new Found(at, there);
        }
      }
    }
    return null;
  }

  private void note(MemorySegment base, long at, long begin, long end) {
    if (at >= begin && at <= end) {
      int slot = slot(base, at);
      if (slot >= 0) {
        slots[slot] = (int) (at - begin) + 1;
      }
    }
  }

  /// Negative for what repeats one word: it is everywhere, and says nothing.
  private static int slot(MemorySegment of, long at) {
    long first = of.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    long second = of.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 8);
    return first == second ? -1 : (int) ((first * MIX ^ second) * MIX >>> (64 - SLOT_BITS));
  }
}
