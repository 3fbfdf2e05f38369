package dev.tombolo.bench.artefact;

import java.nio.ByteBuffer;

/// Weights as the K types of GGML have them: blocks with scales of their own, and in each 256
/// weights a scale of the scales. Scales are the widest that the weights need, not searched for as
/// llama.cpp does.
final class SuperBlocks {
  static final int WEIGHTS = 256;
  static final int BYTES_OF_4_BITS = 144;
  static final int BYTES_OF_6_BITS = 210;

  private static final int BLOCKS_OF_4_BITS = 8;
  private static final int BLOCKS_OF_6_BITS = 16;
  private static final float LEAST = 1e-9f;

  private SuperBlocks() {}

  /// Q4_K: two scales in F16, then those of 8 blocks, each a scale and a minimum of 6 bits, then
  /// the weights.
  static void of4Bits(float[] weights, ByteBuffer out) {
    int length = WEIGHTS / BLOCKS_OF_4_BITS;
    for (int from = 0; from + WEIGHTS <= weights.length; from += WEIGHTS) {
      float[] scales = new float[BLOCKS_OF_4_BITS];
      float[] minima = new float[BLOCKS_OF_4_BITS];
      for (int block = 0; block < BLOCKS_OF_4_BITS; block++) {
        float least = 0;
        float most = LEAST;
        for (int i = from + block * length; i < from + (block + 1) * length; i++) {
          least = Math.min(least, weights[i]);
          most = Math.max(most, weights[i]);
        }
        scales[block] = (most - least) / 15;
        minima[block] = -least;
      }
      float scale = greatest(scales) / 63;
      float minimum = greatest(minima) / 63;
      int[] ofScales = steps(scales, scale);
      int[] ofMinima = steps(minima, minimum);
      out.putShort(Float.floatToFloat16(scale)).putShort(Float.floatToFloat16(minimum));
      out.put(packed(ofScales, ofMinima));
      int[] steps = new int[WEIGHTS];
      for (int i = 0; i < WEIGHTS; i++) {
        int block = i / length;
        float step = Math.max(LEAST, scale * ofScales[block]);
        float above = weights[from + i] + minimum * ofMinima[block];
        steps[i] = Math.clamp(Math.round(above / step), 0, 15);
      }
      for (int half = 0; half < WEIGHTS; half += 2 * length) {
        for (int i = half; i < half + length; i++) {
          out.put((byte) (steps[i] | steps[i + length] << 4));
        }
      }
    }
  }

  /// Of eight scales and minima of 6 bits.
  private static byte[] packed(int[] scales, int[] minima) {
    byte[] packed = new byte[12];
    for (int i = 0; i < 4; i++) {
      packed[i] = (byte) (scales[i] | scales[i + 4] >> 4 << 6);
      packed[i + 4] = (byte) (minima[i] | minima[i + 4] >> 4 << 6);
      packed[i + 8] = (byte) (scales[i + 4] & 15 | minima[i + 4] << 4);
    }
    return packed;
  }

  /// Q6_K: the low halves of the weights, their two high bits, the scales of 16 blocks as bytes,
  /// the scale of these in F16.
  static void of6Bits(float[] weights, ByteBuffer out) {
    int length = WEIGHTS / BLOCKS_OF_6_BITS;
    for (int from = 0; from + WEIGHTS <= weights.length; from += WEIGHTS) {
      float[] scales = new float[BLOCKS_OF_6_BITS];
      for (int block = 0; block < BLOCKS_OF_6_BITS; block++) {
        float most = LEAST;
        for (int i = from + block * length; i < from + (block + 1) * length; i++) {
          most = Math.abs(weights[i]) > Math.abs(most) ? weights[i] : most;
        }
        scales[block] = most / -32;
      }
      float scale = greatest(scales) / 127;
      int[] steps = new int[WEIGHTS];
      byte[] ofScales = new byte[BLOCKS_OF_6_BITS];
      for (int i = 0; i < WEIGHTS; i++) {
        int block = i / length;
        ofScales[block] = (byte) Math.round(scales[block] / scale);
        float step = ofScales[block] == 0 ? LEAST : scale * ofScales[block];
        steps[i] = Math.clamp(Math.round(weights[from + i] / step) + 32, 0, 63);
      }
      for (int half = 0; half < WEIGHTS; half += 128) {
        for (int i = half; i < half + 64; i++) {
          out.put((byte) (steps[i] & 15 | (steps[i + 64] & 15) << 4));
        }
      }
      for (int half = 0; half < WEIGHTS; half += 128) {
        for (int i = half; i < half + 32; i++) {
          int low = steps[i] >> 4 | steps[i + 32] >> 4 << 2;
          out.put((byte) (low | steps[i + 64] >> 4 << 4 | steps[i + 96] >> 4 << 6));
        }
      }
      out.put(ofScales).putShort(Float.floatToFloat16(scale));
    }
  }

  private static float greatest(float[] values) {
    float most = LEAST;
    for (float value : values) {
      most = Math.max(most, Math.abs(value));
    }
    return most;
  }

  private static int[] steps(float[] values, float of) {
    int[] steps = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      steps[i] = Math.clamp(Math.round(values[i] / of), 0, 63);
    }
    return steps;
  }
}
