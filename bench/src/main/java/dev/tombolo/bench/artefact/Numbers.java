package dev.tombolo.bench.artefact;

import dev.tombolo.bench.artefact.MadeModel.Layer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Weights as the bytes of a type.
final class Numbers {
  private static final int BLOCK = 32;

  private Numbers() {}

  static byte[] as(String type, Layer layer) {
    float[] weights = layer.weights();
    int bytes =
        switch (type) {
          case "F64" -> 8 * weights.length;
          case "F32" -> 4 * weights.length;
          case "F16", "BF16" -> 2 * weights.length;
          case "Q8_0" -> weights.length / BLOCK * 34;
          case "Q4_0" -> weights.length / BLOCK * 18;
          case "Q4_K" -> weights.length / SuperBlocks.WEIGHTS * SuperBlocks.BYTES_OF_4_BITS;
          case "Q6_K" -> weights.length / SuperBlocks.WEIGHTS * SuperBlocks.BYTES_OF_6_BITS;
          default -> weights.length;
        };
    ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case "Q4_0" -> blocksOf4(weights, out);
      case "Q8_0" -> blocksOf8(weights, out);
      case "Q4_K" -> SuperBlocks.of4Bits(weights, out);
      case "Q6_K" -> SuperBlocks.of6Bits(weights, out);
      case "I8" -> rows(layer, out);
      default -> {
        for (float weight : weights) {
          switch (type) {
            // All bits of the fraction are used.
            case "F64" -> out.putDouble(weight * Math.PI);
            case "F32" -> out.putFloat(weight);
            case "F16" -> out.putShort(Float.floatToFloat16(weight));
            case "BF16" -> out.putShort(bfloat16(weight));
            case "F8_E4M3" -> out.put(float8(weight * 16));
            default -> throw new IllegalArgumentException(type);
          }
        }
      }
    }
    return out.array();
  }

  /// Rounded to the nearest, to even between two.
  private static short bfloat16(float weight) {
    int bits = Float.floatToIntBits(weight);
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  private static byte float8(float weight) {
    float size = Math.min(448, Math.abs(weight));
    int exponent = Math.max(-6, Math.getExponent(size));
    int steps = (int) Math.rint(Math.scalb(size, 3 - exponent));
    int bits = (exponent + 6 << 3) + steps;
    return (byte) (weight < 0 ? bits | 0x80 : bits);
  }

  /// What a row's numbers of I8 are to be multiplied by.
  static byte[] scales(Layer layer) {
    ByteBuffer out = ByteBuffer.allocate(4 * layer.rows()).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < layer.rows(); row++) {
      out.putFloat(scale(layer, row));
    }
    return out.array();
  }

  private static void rows(Layer layer, ByteBuffer out) {
    for (int row = 0; row < layer.rows(); row++) {
      float scale = scale(layer, row);
      for (int i = 0; i < layer.columns(); i++) {
        out.put((byte) Math.round(layer.weights()[row * layer.columns() + i] / scale));
      }
    }
  }

  private static float scale(Layer layer, int row) {
    float most = 1e-9f;
    for (int i = 0; i < layer.columns(); i++) {
      most = Math.max(most, Math.abs(layer.weights()[row * layer.columns() + i]));
    }
    return most / 127;
  }

  /// As llama.cpp does: the greatest weight of 32 is -8 times the scale.
  private static void blocksOf4(float[] weights, ByteBuffer out) {
    for (int block = 0; block + BLOCK <= weights.length; block += BLOCK) {
      float most = 0;
      for (int i = block; i < block + BLOCK; i++) {
        most = Math.abs(weights[i]) > Math.abs(most) ? weights[i] : most;
      }
      float scale = most / -8;
      out.putShort(Float.floatToFloat16(scale));
      for (int i = block; i < block + BLOCK / 2; i++) {
        int low = Math.min(15, (int) (weights[i] / scale + 8.5f));
        int high = Math.min(15, (int) (weights[i + BLOCK / 2] / scale + 8.5f));
        out.put((byte) (low | high << 4));
      }
    }
  }

  private static void blocksOf8(float[] weights, ByteBuffer out) {
    for (int block = 0; block + BLOCK <= weights.length; block += BLOCK) {
      float most = 0;
      for (int i = block; i < block + BLOCK; i++) {
        most = Math.max(most, Math.abs(weights[i]));
      }
      float scale = most / 127;
      out.putShort(Float.floatToFloat16(scale));
      for (int i = block; i < block + BLOCK; i++) {
        out.put((byte) Math.round(weights[i] / scale));
      }
    }
  }
}
