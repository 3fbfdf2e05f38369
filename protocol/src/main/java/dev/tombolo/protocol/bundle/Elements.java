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
          int bits = shortAt(plain, i);
          put16(planes, count, i, bits << 1 | bits >>> 15);
        }
      }
      case INTEGER16 -> {
        for (int i = 0; i < count; i++) {
          put16(planes, count, i, folded16(shortAt(plain, i) - shortAt(base, i)));
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < count; i++) {
          int difference = ordered16(shortAt(plain, i)) - ordered16(shortAt(base, i));
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
  static void fromPlanes(PieceKind kind, byte[] planes, byte[] base, int length, byte[] plain) {
    int count = length / kind.width();
    switch (kind.afterCast()) {
      case COPY, BYTES -> System.arraycopy(planes, 0, plain, 0, length);
      case BYTE_DIFFERENCE -> {
        for (int i = 0; i < length; i++) {
          plain[i] = (byte) (planes[i] + base[i]);
        }
      }
      case BYTE_XOR -> {
        for (int i = 0; i < length; i++) {
          plain[i] = (byte) (planes[i] ^ base[i]);
        }
      }
      case NIBBLE_DIFFERENCE -> {
        for (int i = 0; i < length; i++) {
          plain[i] =
              (byte)
                  (planes[i] + base[i] & 15
                      | (planes[i] >>> 4 & 15) + (base[i] >>> 4 & 15) << 4 & 0xf0);
        }
      }
      case NEW16 -> {
        for (int i = 0; i < count; i++) {
          int turned = get16(planes, count, i);
          putShort(plain, i, turned >>> 1 | turned << 15);
        }
      }
      case INTEGER16 -> {
        for (int i = 0; i < count; i++) {
          putShort(plain, i, shortAt(base, i) + unfolded(get16(planes, count, i)));
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < count; i++) {
          int place = ordered16(shortAt(base, i)) + unfolded(get16(planes, count, i));
          putShort(plain, i, place ^ (~(place << 16 >> 31) | 0x8000));
        }
      }
      case NEW32 -> {
        for (int i = 0; i < count; i++) {
          INT.set(plain, 4 * i, Integer.rotateRight(get32(planes, count, i), 1));
        }
      }
      case INTEGER32 -> {
        for (int i = 0; i < count; i++) {
          INT.set(plain, 4 * i, intAt(base, i) + unfolded(get32(planes, count, i)));
        }
      }
      case FLOAT32 -> {
        for (int i = 0; i < count; i++) {
          int place = ordered32(intAt(base, i)) + unfolded(get32(planes, count, i));
          INT.set(plain, 4 * i, place ^ (~(place >> 31) | Integer.MIN_VALUE));
        }
      }
      case FLOAT16_OF_32, BFLOAT16_OF_32, FLOAT32_OF_16, FLOAT32_OF_B16 ->
          throw new IllegalArgumentException(kind + " is coded as what comes of its cast");
    }
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
        for (int i = 0; i < count; i++) {
          contexts[i] = (byte) (shortAt(base, i) >>> 7);
        }
      }
      case FLOAT32 -> {
        for (int i = 0; i < count; i++) {
          contexts[i] = (byte) (intAt(base, i) >>> 23);
        }
      }
      case INTEGER16 -> {
        for (int i = 0; i < count; i++) {
          contexts[i] = (byte) (32 - Integer.numberOfLeadingZeros(folded16(shortAt(base, i))));
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

  private static int shortAt(byte[] bytes, int index) {
    return (short) SHORT.get(bytes, 2 * index) & 0xffff;
  }

  private static void putShort(byte[] bytes, int index, int value) {
    SHORT.set(bytes, 2 * index, (short) value);
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

  private static int get16(byte[] planes, int count, int index) {
    return planes[index] & 0xff | (planes[count + index] & 0xff) << 8;
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
