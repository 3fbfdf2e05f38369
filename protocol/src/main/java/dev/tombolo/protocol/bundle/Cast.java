package dev.tombolo.protocol.bundle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Elements of the base as another type, as a model has them that is the same but for the type of
/// its weights. Rounded to the nearest, of two to the even one; what is no number becomes the quiet
/// one of its sign.
public enum Cast {
  NONE(1, 1),
  FLOAT32_TO_16(4, 2),
  FLOAT32_TO_B16(4, 2),
  FLOAT16_TO_32(2, 4),
  BFLOAT16_TO_32(2, 4);

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final int from;
  private final int to;

  Cast(int from, int to) {
    this.from = from;
    this.to = to;
  }

  /// Bytes of the base that become so many; whole elements.
  public long baseLength(long length) {
    return length / to * from;
  }

  /// @param length of the bytes in the base, whole elements
  public void apply(byte[] base, int length, byte[] into, int at) {
    int count = length / from;
    switch (this) {
      case NONE -> System.arraycopy(base, 0, into, at, length);
      case FLOAT32_TO_16 -> {
        for (int i = 0; i < count; i++) {
          SHORT.set(into, at + 2 * i, float16((int) INT.get(base, 4 * i)));
        }
      }
      case FLOAT32_TO_B16 -> {
        for (int i = 0; i < count; i++) {
          SHORT.set(into, at + 2 * i, bfloat16((int) INT.get(base, 4 * i)));
        }
      }
      case FLOAT16_TO_32 -> {
        for (int i = 0; i < count; i++) {
          INT.set(into, at + 4 * i, float32((short) SHORT.get(base, 2 * i)));
        }
      }
      case BFLOAT16_TO_32 -> {
        for (int i = 0; i < count; i++) {
          INT.set(into, at + 4 * i, (short) SHORT.get(base, 2 * i) << 16);
        }
      }
    }
  }

  private static short float16(int bits) {
    return isNumber(bits)
        ? Float.floatToFloat16(Float.intBitsToFloat(bits))
        : (short) (bits >>> 16 & 0x8000 | 0x7e00);
  }

  private static short bfloat16(int bits) {
    return isNumber(bits)
        ? (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16)
        : (short) (bits >>> 16 & 0x8000 | 0x7fc0);
  }

  private static int float32(short half) {
    return (half & 0x7fff) > 0x7c00
        ? (half & 0x8000) << 16 | 0x7fc0_0000
        : Float.floatToRawIntBits(Float.float16ToFloat(half));
  }

  /// Also of infinite ones.
  private static boolean isNumber(int bits) {
    return (bits & 0x7fff_ffff) <= 0x7f80_0000;
  }
}
