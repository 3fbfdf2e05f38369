package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// What floats of all types have in common of a number: the sign, and the exponent as F32 has it,
/// in nine bits. Rounding changes it seldom.
enum SignsAndExponents {
  OF_FLOAT32(4),
  OF_FLOAT16(2),
  OF_BFLOAT16(2),
  OF_FLOAT64(8);

  static final int VALUES = 1 << 9;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int width;

  SignsAndExponents(int width) {
    this.width = width;
  }

  /// Of the numbers that a cast makes.
  static SignsAndExponents of(ElementType cast) {
    return switch (cast) {
      case FLOAT16_OF_32 -> OF_FLOAT16;
      case BFLOAT16_OF_32 -> OF_BFLOAT16;
      case FLOAT64 -> OF_FLOAT64;
      default -> OF_FLOAT32;
    };
  }

  /// Of the numbers that a cast is made of.
  static SignsAndExponents ofBase(ElementType cast) {
    return switch (cast) {
      case FLOAT32_OF_16 -> OF_FLOAT16;
      case FLOAT32_OF_B16 -> OF_BFLOAT16;
      case FLOAT64 -> OF_FLOAT64;
      default -> OF_FLOAT32;
    };
  }

  /// Bytes of a number.
  int width() {
    return width;
  }

  int at(MemorySegment content, long at) {
    return switch (this) {
      case OF_FLOAT32 -> content.get(INT, at) >>> 23;
      case OF_FLOAT16 ->
          Float.floatToRawIntBits(Float.float16ToFloat(content.get(SHORT, at))) >>> 23;
      case OF_BFLOAT16 -> (content.get(SHORT, at) & 0xffff) >>> 7;
      case OF_FLOAT64 -> ofFloat64(content.get(INT, at + 4));
    };
  }

  /// @param upper half of the number
  private static int ofFloat64(int upper) {
    int exponent = (upper >>> 20 & 0x7ff) - 1023 + 127;
    return upper >>> 31 << 8 | Math.clamp(exponent, 0, 255);
  }

  /// Reads numbers that follow each other.
  ///
  /// @param values takes `count` of them
  void read(MemorySegment content, long from, int count, short[] values) {
    for (int i = 0; i < count; i++) {
      values[i] = (short) at(content, from + (long) i * width);
    }
  }
}
