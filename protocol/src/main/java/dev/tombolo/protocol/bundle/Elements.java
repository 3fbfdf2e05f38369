package dev.tombolo.protocol.bundle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Elements as numbers that are small where new and old are alike. A number of more than one byte
/// lies in planes: the lowest bytes of all elements first, then the next ones.
///
/// All elements are little-endian, as model files have them. Differences of 16 and 32 bits are
/// folded: 0, -1, 1, -2, ... become 0, 1, 2, 3, ... Floats are compared by their place among all
/// values of their type: the bits of a positive one with the sign bit set, those of a negative one
/// inverted. Without branches: a weight's sign is as good as random.
public final class Elements {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Four elements of 16 bits in a long: the lowest bit of each, and the highest.
  private static final long LOW_OF_16 = 0x0001_0001_0001_0001L;

  private static final long TOP_OF_16 = 0x8000_8000_8000_8000L;
  private static final long TOP_OF_8 = 0x8080_8080_8080_8080L;
  private static final long TOP_OF_4 = 0x8888_8888_8888_8888L;

  /// Bytes at once, see [Blocks].
  private static final int BLOCK = 8192;

  private Elements() {}

  /// @param length bytes, whole elements
  /// @param planes takes `length` bytes
  public static void toPlanes(
      PieceKind kind, byte[] plain, byte[] base, int length, byte[] planes) {
    int count = length / kind.width();
    switch (kind.afterCast()) {
      case COPY, BYTES -> System.arraycopy(plain, 0, planes, 0, length);
      case BYTE_DIFFERENCE -> {
        for (int i = 0; i < length; i++) {
          planes[i] = (byte) (plain[i] - base[i]);
        }
      }
      case BYTE_XOR -> {
        for (int i = 0; i < length; i++) {
          planes[i] = (byte) (plain[i] ^ base[i]);
        }
      }
      case NIBBLE_DIFFERENCE -> {
        for (int i = 0; i < length; i++) {
          planes[i] =
              (byte)
                  (plain[i] - base[i] & 15
                      | (plain[i] >>> 4 & 15) - (base[i] >>> 4 & 15) << 4 & 0xf0);
        }
      }
      case NEW16 -> {
        for (int i = 0; i < count; i++) {
          int bits = shortAt(plain, 2 * i);
          put16(planes, count, i, bits << 1 | bits >>> 15);
        }
      }
      case INTEGER16 -> {
        for (int i = 0; i < count; i++) {
          put16(planes, count, i, folded16(shortAt(plain, 2 * i) - shortAt(base, 2 * i)));
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < count; i++) {
          int difference = ordered16(shortAt(plain, 2 * i)) - ordered16(shortAt(base, 2 * i));
          put16(planes, count, i, folded16(difference));
        }
      }
      case NEW32 -> {
        for (int i = 0; i < count; i++) {
          put32(planes, count, i, Integer.rotateLeft(intAt(plain, i), 1));
        }
      }
      case INTEGER32 -> {
        for (int i = 0; i < count; i++) {
          put32(planes, count, i, folded32(intAt(plain, i) - intAt(base, i)));
        }
      }
      case FLOAT32 -> {
        for (int i = 0; i < count; i++) {
          int difference = ordered32(intAt(plain, i)) - ordered32(intAt(base, i));
          put32(planes, count, i, folded32(difference));
        }
      }
      case FLOAT16_OF_32, BFLOAT16_OF_32, FLOAT32_OF_16, FLOAT32_OF_B16 ->
          throw new IllegalArgumentException(kind + " is coded as what comes of its cast");
    }
  }

  /// The way back.
  ///
  /// @param plain takes the bytes from `at` on
  static void fromPlanes(
      PieceKind kind, byte[] planes, byte[] base, int length, byte[] plain, int at) {
    int to;
    for (int from = 0; from < length; from = to) {
      to = Blocks.end(from, length, BLOCK);
      switch (kind.width()) {
        case 1 -> fromBytes(kind, planes, base, from, to, plain, at);
        case 2 -> from2Planes(planes, length / 2, from, to, plain, at);
        default -> from4Planes(planes, length / 4, from, to, plain, at);
      }
      fromNumbers(kind, base, from, to, plain, at);
    }
  }

  private static void from2Planes(
      byte[] planes, int count, int from, int to, byte[] plain, int at) {
    int i = from;
    for (; i < to - 7; i += 8) {
      long low = spread((int) INT.get(planes, i / 2));
      long high = spread((int) INT.get(planes, count + i / 2));
      LONG.set(plain, at + i, low | high << 8);
    }
    for (; i < to; i += 2) {
      plain[at + i] = planes[i / 2];
      plain[at + i + 1] = planes[count + i / 2];
    }
  }

  private static void from4Planes(
      byte[] planes, int count, int from, int to, byte[] plain, int at) {
    for (int i = from; i < to; i += 4) {
      INT.set(plain, at + i, get32(planes, count, i / 4));
    }
  }

  private static void fromBytes(
      PieceKind kind, byte[] planes, byte[] base, int from, int to, byte[] plain, int at) {
    switch (kind) {
      case BYTE_DIFFERENCE -> sums(planes, base, from, to, TOP_OF_8, plain, at);
      case NIBBLE_DIFFERENCE -> sums(planes, base, from, to, TOP_OF_4, plain, at);
      // Sums without any carry.
      case BYTE_XOR -> sums(planes, base, from, to, -1, plain, at);
      default -> System.arraycopy(planes, from, plain, at + from, to - from);
    }
  }

  /// Adds the numbers of both, each within its own bits.
  ///
  /// @param top the highest bit of each number
  private static void sums(
      byte[] numbers, byte[] base, int from, int to, long top, byte[] plain, int at) {
    int i = from;
    for (; i < to - 7; i += 8) {
      LONG.set(plain, at + i, sum((long) LONG.get(base, i), (long) LONG.get(numbers, i), top));
    }
    for (; i < to; i++) {
      plain[at + i] = (byte) sum(base[i], numbers[i], top);
    }
  }

  private static long sum(long a, long b, long top) {
    return (a & ~top) + (b & ~top) ^ (a ^ b) & top;
  }

  /// Turns numbers of several bytes, little-endian in the place of their elements, into the
  /// elements.
  static void fromNumbers(PieceKind kind, byte[] base, int length, byte[] plain, int at) {
    int to;
    for (int from = 0; from < length; from = to) {
      to = Blocks.end(from, length, BLOCK);
      fromNumbers(kind, base, from, to, plain, at);
    }
  }

  private static void fromNumbers(
      PieceKind kind, byte[] base, int from, int to, byte[] plain, int at) {
    switch (kind.afterCast()) {
      case COPY, BYTES, BYTE_DIFFERENCE, BYTE_XOR, NIBBLE_DIFFERENCE -> {}
      case NEW16 -> new16(from, to, plain, at);
      case INTEGER16 -> integers16(base, from, to, plain, at);
      case FLOAT16 -> floats16(base, from, to, plain, at);
      case NEW32 -> new32(from, to, plain, at);
      case INTEGER32 -> integers32(base, from, to, plain, at);
      case FLOAT32 -> floats32(base, from, to, plain, at);
      case FLOAT16_OF_32, BFLOAT16_OF_32, FLOAT32_OF_16, FLOAT32_OF_B16 ->
          throw new IllegalArgumentException(kind + " is coded as what comes of its cast");
    }
  }

  /// Four at a time, as all of 16 bits: this is the inner loop of most models.
  private static void floats16(byte[] base, int from, int to, byte[] plain, int at) {
    int i = from;
    for (; i < to - 7; i += 8) {
      long number = (long) LONG.get(plain, at + i);
      LONG.set(plain, at + i, float16((long) LONG.get(base, i), number));
    }
    for (; i < to; i += 2) {
      SHORT.set(plain, at + i, (short) float16(shortAt(base, i), shortAt(plain, at + i)));
    }
  }

  private static void integers16(byte[] base, int from, int to, byte[] plain, int at) {
    int i = from;
    for (; i < to - 7; i += 8) {
      long number = (long) LONG.get(plain, at + i);
      LONG.set(plain, at + i, sum((long) LONG.get(base, i), unfolded16(number), TOP_OF_16));
    }
    for (; i < to; i += 2) {
      long number = unfolded16(shortAt(plain, at + i));
      SHORT.set(plain, at + i, (short) sum(shortAt(base, i), number, TOP_OF_16));
    }
  }

  private static void new16(int from, int to, byte[] plain, int at) {
    int i = from;
    for (; i < to - 7; i += 8) {
      LONG.set(plain, at + i, turnedBack16((long) LONG.get(plain, at + i)));
    }
    for (; i < to; i += 2) {
      SHORT.set(plain, at + i, (short) turnedBack16(shortAt(plain, at + i)));
    }
  }

  private static void new32(int from, int to, byte[] plain, int at) {
    for (int i = from; i < to; i += 4) {
      INT.set(plain, at + i, Integer.rotateRight((int) INT.get(plain, at + i), 1));
    }
  }

  private static void integers32(byte[] base, int from, int to, byte[] plain, int at) {
    for (int i = from; i < to; i += 4) {
      int difference = unfolded((int) INT.get(plain, at + i));
      INT.set(plain, at + i, (int) INT.get(base, i) + difference);
    }
  }

  private static void floats32(byte[] base, int from, int to, byte[] plain, int at) {
    for (int i = from; i < to; i += 4) {
      int difference = unfolded((int) INT.get(plain, at + i));
      int place = ordered32((int) INT.get(base, i)) + difference;
      INT.set(plain, at + i, place ^ (~(place >> 31) | Integer.MIN_VALUE));
    }
  }

  private static long float16(long old, long number) {
    long place = sum(old ^ (ones16(old) | TOP_OF_16), unfolded16(number), TOP_OF_16);
    return place ^ (ones16(~place) | TOP_OF_16);
  }

  /// All bits of each element whose sign bit is set.
  private static long ones16(long elements) {
    return (elements >>> 15 & LOW_OF_16) * 0xffff;
  }

  private static long unfolded16(long numbers) {
    return numbers >>> 1 & ~TOP_OF_16 ^ (numbers & LOW_OF_16) * 0xffff;
  }

  private static long turnedBack16(long numbers) {
    return numbers >>> 1 & ~TOP_OF_16 | (numbers & LOW_OF_16) << 15;
  }

  /// Four bytes, each as the lower half of 16 bits.
  private static long spread(int bytes) {
    long wide = bytes & 0xffff_ffffL;
    wide = (wide | wide << 16) & 0x0000_ffff_0000_ffffL;
    return (wide | wide << 8) & 0x00ff_00ff_00ff_00ffL;
  }

  /// What the old element tells of how far the new one may be from it: an exponent, or the byte.
  ///
  /// @param contexts one for each element
  public static void contexts(PieceKind kind, byte[] base, int length, byte[] contexts) {
    int count = length / kind.width();
    switch (kind.afterCast()) {
      case COPY, BYTES, NEW16, NEW32 -> Arrays.fill(contexts, 0, count, (byte) 0);
      case BYTE_DIFFERENCE, BYTE_XOR, NIBBLE_DIFFERENCE ->
          System.arraycopy(base, 0, contexts, 0, count);
      case FLOAT16 -> {
        int to;
        for (int from = 0; from < count; from = to) {
          to = Blocks.end(from, count, BLOCK / 2);
          exponents16(base, from, to, contexts);
        }
      }
      case FLOAT32 -> {
        int to;
        for (int from = 0; from < count; from = to) {
          to = Blocks.end(from, count, BLOCK / 4);
          exponents32(base, from, to, contexts);
        }
      }
      case INTEGER16 -> {
        for (int i = 0; i < count; i++) {
          contexts[i] = (byte) (32 - Integer.numberOfLeadingZeros(folded16(shortAt(base, 2 * i))));
        }
      }
      case INTEGER32 -> {
        for (int i = 0; i < count; i++) {
          contexts[i] = (byte) (32 - Integer.numberOfLeadingZeros(folded32(intAt(base, i))));
        }
      }
      case FLOAT16_OF_32, BFLOAT16_OF_32, FLOAT32_OF_16, FLOAT32_OF_B16 ->
          throw new IllegalArgumentException(kind + " is coded as what comes of its cast");
    }
  }

  private static void exponents16(byte[] base, int from, int to, byte[] contexts) {
    int i = from;
    for (; i < to - 3; i += 4) {
      long bytes = (long) LONG.get(base, 2 * i) >>> 7 & 0x00ff_00ff_00ff_00ffL;
      bytes = (bytes | bytes >>> 8) & 0x0000_ffff_0000_ffffL;
      INT.set(contexts, i, (int) (bytes | bytes >>> 16));
    }
    for (; i < to; i++) {
      contexts[i] = (byte) (shortAt(base, 2 * i) >>> 7);
    }
  }

  private static void exponents32(byte[] base, int from, int to, byte[] contexts) {
    for (int i = from; i < to; i++) {
      contexts[i] = (byte) (intAt(base, i) >>> 23);
    }
  }

  /// The contexts of a kind of single bytes are the base's bytes themselves.
  static byte[] contextsOf(PieceKind kind, byte[] base, int length, byte[] room) {
    return switch (kind) {
      case BYTE_DIFFERENCE, BYTE_XOR, NIBBLE_DIFFERENCE -> base;
      default -> {
        contexts(kind, base, length, room);
        yield room;
      }
    };
  }

  private static int shortAt(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xffff;
  }

  private static int intAt(byte[] bytes, int index) {
    return (int) INT.get(bytes, 4 * index);
  }

  private static int ordered16(int bits) {
    return (bits ^ (bits << 16 >> 31 | 0x8000)) & 0xffff;
  }

  private static int ordered32(int bits) {
    return bits ^ (bits >> 31 | Integer.MIN_VALUE);
  }

  private static int folded16(int difference) {
    int signed = (short) difference;
    return (signed << 1 ^ signed >> 15) & 0xffff;
  }

  private static int folded32(int difference) {
    return difference << 1 ^ difference >> 31;
  }

  private static int unfolded(int folded) {
    return folded >>> 1 ^ -(folded & 1);
  }

  private static void put16(byte[] planes, int count, int index, int value) {
    planes[index] = (byte) value;
    planes[count + index] = (byte) (value >>> 8);
  }

  private static void put32(byte[] planes, int count, int index, int value) {
    planes[index] = (byte) value;
    planes[count + index] = (byte) (value >>> 8);
    planes[2 * count + index] = (byte) (value >>> 16);
    planes[3 * count + index] = (byte) (value >>> 24);
  }

  private static int get32(byte[] planes, int count, int index) {
    return planes[index] & 0xff
        | (planes[count + index] & 0xff) << 8
        | (planes[2 * count + index] & 0xff) << 16
        | planes[3 * count + index] << 24;
  }
}
