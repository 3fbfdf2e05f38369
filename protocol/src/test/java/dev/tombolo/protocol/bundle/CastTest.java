package dev.tombolo.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CastTest {
  @ParameterizedTest
  @CsvSource({
    "0x00000000, 0x0000, 0x0000",
    "0x80000000, 0x8000, 0x8000",
    "0x3f800000, 0x3c00, 0x3f80",
    "0xbf800000, 0xbc00, 0xbf80",
    // Between two: to the even one.
    "0x3f801000, 0x3c00, 0x3f80",
    "0x3f803000, 0x3c02, 0x3f80",
    "0x3f808000, 0x3c04, 0x3f80",
    "0x3f818000, 0x3c0c, 0x3f82",
    // Too great, too small.
    "0x477fe000, 0x7bff, 0x4780",
    "0x477ff000, 0x7c00, 0x4780",
    "0x7f7fffff, 0x7c00, 0x7f80",
    "0x33800000, 0x0001, 0x3380",
    "0x33000000, 0x0000, 0x3300",
    "0x7f800000, 0x7c00, 0x7f80",
    "0xff800000, 0xfc00, 0xff80",
    // No numbers, of many kinds.
    "0x7fc00000, 0x7e00, 0x7fc0",
    "0x7f800001, 0x7e00, 0x7fc0",
    "0xffffffff, 0xfe00, 0xffc0"
  })
  void floatsOf32BitsAreRounded(String bits, String half, String brain) {
    int value = Integer.parseUnsignedInt(bits.substring(2), 16);

    assertThat(toShort(Cast.FLOAT32_TO_16, value)).isEqualTo(shortOf(half));
    assertThat(toShort(Cast.FLOAT32_TO_B16, value)).isEqualTo(shortOf(brain));
  }

  /// Rounding errors are at most half of what lies between two.
  @Test
  void nothingIsNearer() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 20_000; i++) {
      float value = (float) (random.nextGaussian() * Math.scalb(1.0, random.nextInt(-20, 10)));
      short half = toShort(Cast.FLOAT32_TO_16, Float.floatToRawIntBits(value));
      BigDecimal error = distance(half, value);

      assertThat(error).isLessThanOrEqualTo(distance((short) (half + 1), value));
      assertThat(error).isLessThanOrEqualTo(distance((short) (half - 1), value));
    }
  }

  @Test
  void whatWas16BitsComesBackFrom32() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      short half = (short) bits;
      boolean isHalf = (half & 0x7fff) <= 0x7c00;
      boolean isBrain = (half & 0x7fff) <= 0x7f80;

      assertThat(toShort(Cast.FLOAT32_TO_16, toInt(Cast.FLOAT16_TO_32, half)))
          .isEqualTo(isHalf ? half : (short) (half & 0x8000 | 0x7e00));
      assertThat(toShort(Cast.FLOAT32_TO_B16, toInt(Cast.BFLOAT16_TO_32, half)))
          .isEqualTo(isBrain ? half : (short) (half & 0x8000 | 0x7fc0));
    }
  }

  private static BigDecimal distance(short half, float value) {
    float other = Float.float16ToFloat(half);
    return Float.isFinite(other)
        ? new BigDecimal(other).subtract(new BigDecimal(value)).abs()
        : new BigDecimal(Double.MAX_VALUE);
  }

  private static short toShort(Cast cast, int bits) {
    ByteBuffer into = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    cast.apply(
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bits).array(),
        4,
        into.array(),
        0);
    return into.getShort();
  }

  private static int toInt(Cast cast, short bits) {
    ByteBuffer into = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    cast.apply(
        ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(bits).array(),
        2,
        into.array(),
        0);
    return into.getInt();
  }

  private static short shortOf(String hex) {
    return (short) Integer.parseInt(hex.substring(2), 16);
  }
}
