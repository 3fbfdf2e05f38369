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

  /// Numbers at once, see [Blocks].
  private static final int BLOCK = 4096;

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
    Bits left = new Bits(bits);
    int classesMax = OWN_CLASS + 4 * (8 * width - 6);
    int i = 0;
    while (i < count) {
      if (left.next > left.wideReadMax) {
        left.pad();
      }
      int last = Blocks.end(i, count, BLOCK);
      i =
          width == 2 && last - i >= 4
              ? joinFours(classes, left, i, last, numbers, at)
              : joinSingly(classes, left, width, i, last, numbers, at);
      if (left.greatest >= classesMax) {
        throw new BundleException("a number has more bits than its element");
      }
    }
    left.mustBeAtEnd();
  }

  /// Numbers of two bytes, as long as there are four and a wide read is allowed; returns where it
  /// ended. Without branches: which class is next is as good as random. Four numbers have 52 bits
  /// at the most, and one read leaves 56.
  private static int joinFours(
      byte[] classes, Bits bits, int from, int last, byte[] numbers, int at) {
    byte[] bytes = bits.bytes;
    int wideReadMax = bits.wideReadMax;
    int next = bits.next;
    long held = bits.held;
    int heldBits = bits.heldBits;
    int greatest = bits.greatest;
    int i = from;
    for (; i < last - 3 && next <= wideReadMax; i += 4) {
      held |= (long) LONG.get(bytes, next) << heldBits;
      next += 63 - heldBits >>> 3;
      heldBits |= 56;
      int of0 = classes[i] & 0xff;
      int of1 = classes[i + 1] & 0xff;
      int of2 = classes[i + 2] & 0xff;
      int of3 = classes[i + 3] & 0xff;
      greatest = Math.max(greatest, Math.max(Math.max(of0, of1), Math.max(of2, of3)));
      int below0 = BELOW[of0];
      int below1 = BELOW[of1];
      int below2 = BELOW[of2];
      int below3 = BELOW[of3];
      long number = LEAST[of0] + (held & (1L << below0) - 1);
      held >>>= below0;
      number |= LEAST[of1] + (held & (1L << below1) - 1) << 16;
      held >>>= below1;
      number |= LEAST[of2] + (held & (1L << below2) - 1) << 32;
      held >>>= below2;
      number |= LEAST[of3] + (held & (1L << below3) - 1) << 48;
      held >>>= below3;
      heldBits -= below0 + below1 + below2 + below3;
      LONG.set(numbers, at + 2 * i, number);
    }
    bits.next = next;
    bits.held = held;
    bits.heldBits = heldBits;
    bits.greatest = greatest;
    return i;
  }

  /// As long as a wide read is allowed; returns where it ended. No class has more than 51 bits.
  private static int joinSingly(
      byte[] classes, Bits bits, int width, int from, int last, byte[] numbers, int at) {
    byte[] bytes = bits.bytes;
    int wideReadMax = bits.wideReadMax;
    int next = bits.next;
    long held = bits.held;
    int heldBits = bits.heldBits;
    int greatest = bits.greatest;
    int i = from;
    for (; i < last && next <= wideReadMax; i++) {
      held |= (long) LONG.get(bytes, next) << heldBits;
      next += 63 - heldBits >>> 3;
      heldBits |= 56;
      int of = classes[i] & 0xff;
      greatest = Math.max(greatest, of);
      int below = BELOW[of];
      int value = LEAST[of] + (int) (held & (1L << below) - 1);
      held >>>= below;
      heldBits -= below;
      if (width == 2) {
        SHORT.set(numbers, at + 2 * i, (short) value);
      } else {
        INT.set(numbers, at + 4 * i, value);
      }
    }
    bits.next = next;
    bits.held = held;
    bits.heldBits = heldBits;
    bits.greatest = greatest;
    return i;
  }

  /// The bits not yet read, and the greatest class seen.
  private static final class Bits {
    /// Whoever has read all bits stands up to 7 bytes behind them.
    private static final int PADDING = 16;

    private byte[] bytes;
    private int end;

    /// The last place where eight bytes may be read.
    private int wideReadMax;

    private int next;
    private long held;
    private int heldBits;
    private int greatest;
    private boolean isPadded;

    Bits(ByteSource source) {
      bytes = source.bytes();
      next = source.at();
      end = next + source.left();
      wideReadMax = end - Long.BYTES;
    }

    /// What is left, less than eight bytes, with zeros behind it.
    void pad() throws BundleException {
      if (isPadded) {
        throw new BundleException("the bits of numbers end too early");
      }
      byte[] padded = new byte[end - next + PADDING];
      System.arraycopy(bytes, next, padded, 0, end - next);
      bytes = padded;
      end -= next;
      next = 0;
      wideReadMax = padded.length - Long.BYTES;
      isPadded = true;
    }

    void mustBeAtEnd() throws BundleException {
      int unread = Byte.SIZE * (end - next) + heldBits;
      if (unread < 0) {
        throw new BundleException("the bits of numbers end too early");
      }
      if (unread >= Byte.SIZE) {
        throw new BundleException("the bits of numbers have bytes left over");
      }
    }
  }
}
