package dev.tombolo.protocol.bundle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Numbers as a class, which is coded, and bits within the class, which are as good as random and
/// stored as they are.
///
/// A number below 64 is its own class. For a greater one, of `n + 1` bits, the class is `64 + 4 (n
/// - 6)` plus its two bits below the highest; the `n - 2` bits below those follow, lowest first, in
///   a stream of bytes that is filled from the low end.
public final class Magnitudes {
  private static final int OWN_CLASS = 64;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// By class, its least number and how many bits follow.
  private static final int[] LEAST = new int[256];

  private static final int[] BELOW = new int[256];

  static {
    for (int of = 0; of < LEAST.length; of++) {
      int below = of < OWN_CLASS ? 0 : 4 + (of - OWN_CLASS >>> 2);
      BELOW[of] = below;
      LEAST[of] = of < OWN_CLASS ? of : (4 | of & 3) << below;
    }
  }

  private Magnitudes() {}

  /// @param planes as [Elements] makes them
  /// @param classes takes `count` bytes
  public static void split(byte[] planes, int width, int count, byte[] classes, ByteSink bits) {
    long held = 0;
    int heldBits = 0;
    for (int i = 0; i < count; i++) {
      int value = 0;
      for (int plane = 0; plane < width; plane++) {
        value |= (planes[plane * count + i] & 0xff) << 8 * plane;
      }
      if (value >= 0 && value < OWN_CLASS) {
        classes[i] = (byte) value;
        continue;
      }
      int top = 31 - Integer.numberOfLeadingZeros(value);
      int below = top - 2;
      classes[i] = (byte) (OWN_CLASS + 4 * (top - 6) + (value >>> below & 3));
      held |= (value & (1L << below) - 1) << heldBits;
      heldBits += below;
      while (heldBits >= 8) {
        bits.oneByte((int) held & 0xff);
        held >>>= 8;
        heldBits -= 8;
      }
    }
    if (heldBits > 0) {
      bits.oneByte((int) held & 0xff);
    }
  }

  /// @param width 2 or 4
  /// @param numbers takes them from `at` on, little-endian
  static void join(byte[] classes, ByteSource bits, int width, int count, byte[] numbers, int at)
      throws BundleException {
    byte[] bytes = bits.bytes();
    int next = bits.at();
    int end = next + bits.left();
    long held = 0;
    int heldBits = 0;
    int greatest = 0;
    int i = 0;
    // Without branches: which class is next is as good as random. No class has more than 51 bits.
    for (; i < count && next <= end - 8; i++) {
      held |= (long) LONG.get(bytes, next) << heldBits;
      next += 63 - heldBits >>> 3;
      heldBits |= 56;
      int of = classes[i] & 0xff;
      greatest = Math.max(greatest, of);
      int below = BELOW[of];
      int value = LEAST[of] + (int) (held & (1L << below) - 1);
      held >>>= below;
      heldBits -= below;
      put(numbers, at, width, i, value);
    }
    for (; i < count; i++) {
      int of = classes[i] & 0xff;
      greatest = Math.max(greatest, of);
      int below = BELOW[of];
      while (heldBits < below) {
        if (next == end) {
          throw new BundleException("the bits of numbers end too early");
        }
        held |= (bytes[next++] & 0xffL) << heldBits;
        heldBits += 8;
      }
      put(numbers, at, width, i, LEAST[of] + (int) (held & (1L << below) - 1));
      held >>>= below;
      heldBits -= below;
    }
    if (greatest >= OWN_CLASS + 4 * (8 * width - 6)) {
      throw new BundleException("a number has more bits than its element");
    }
    if (next != end || heldBits >= 8) {
      throw new BundleException("the bits of numbers have bytes left over");
    }
  }

  private static void put(byte[] numbers, int at, int width, int index, int value) {
    if (width == 2) {
      SHORT.set(numbers, at + 2 * index, (short) value);
    } else {
      INT.set(numbers, at + 4 * index, value);
    }
  }
}
