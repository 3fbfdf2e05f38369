package dev.tombolo.protocol.bundle;

/// Numbers as a class, which is coded, and bits within the class, which are as good as random and
/// stored as they are.
///
/// A number below 64 is its own class. For a greater one, of `n + 1` bits, the class is `64 + 4 (n
/// - 6)` plus its two bits below the highest; the `n - 2` bits below those follow, lowest first, in
///   a stream of bytes that is filled from the low end.
public final class Magnitudes {
  private static final int OWN_CLASS = 64;

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
  static void join(byte[] classes, ByteSource bits, int width, int count, byte[] planes)
      throws BundleException {
    byte[] bytes = bits.bytes();
    int at = bits.at();
    int end = at + bits.left();
    int highest = 8 * width - 1;
    long held = 0;
    int heldBits = 0;
    for (int i = 0; i < count; i++) {
      int value = classes[i] & 0xff;
      if (value >= OWN_CLASS) {
        int top = 6 + (value - OWN_CLASS >>> 2);
        if (top > highest) {
          throw new BundleException("a number has more bits than its element");
        }
        int below = top - 2;
        while (heldBits < below) {
          if (at == end) {
            throw new BundleException("the bits of numbers end too early");
          }
          held |= (bytes[at++] & 0xffL) << heldBits;
          heldBits += 8;
        }
        value = (4 | value & 3) << below | (int) (held & (1L << below) - 1);
        held >>>= below;
        heldBits -= below;
      }
      // Unrolled: this is the inner loop of most models.
      planes[i] = (byte) value;
      planes[count + i] = (byte) (value >>> 8);
      if (width == 4) {
        planes[2 * count + i] = (byte) (value >>> 16);
        planes[3 * count + i] = (byte) (value >>> 24);
      }
    }
    if (at != end) {
      throw new BundleException("the bits of numbers have bytes left over");
    }
  }
}
