package dev.tombolo.bench.artefact;

import dev.tombolo.bench.artefact.MadeModel.Layer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A matrix in numbers of 4 bits around 8, with a scale for each group of what one output takes
/// from.
///
/// @param packed eight inputs of an output in an integer of 32 bits, the outputs of the same inputs
///   one after the other
/// @param scales in F16, those of a group's outputs one after the other
record QuantizedColumns(byte[] packed, byte[] scales) {
  static final int GROUP = 64;

  static QuantizedColumns of(Layer layer) {
    int in = layer.columns();
    int out = layer.rows();
    ByteBuffer packed = ByteBuffer.allocate(in / 8 * out * 4).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer scales = ByteBuffer.allocate(in / GROUP * out * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (int group = 0; group < in; group += GROUP) {
      for (int row = 0; row < out; row++) {
        scales.putShort(Float.floatToFloat16(scale(layer, row, group)));
      }
    }
    for (int at = 0; at < in; at += 8) {
      for (int row = 0; row < out; row++) {
        float scale = scale(layer, row, at / GROUP * GROUP);
        int word = 0;
        for (int i = 0; i < 8; i++) {
          int step = Math.round(layer.weights()[row * in + at + i] / scale) + 8;
          word |= Math.clamp(step, 0, 15) << 4 * i;
        }
        packed.putInt(word);
      }
    }
    return new QuantizedColumns(packed.array(), scales.array());
  }

  private static float scale(Layer layer, int row, int group) {
    float most = 1e-9f;
    for (int i = group; i < group + GROUP; i++) {
      most = Math.max(most, Math.abs(layer.weights()[row * layer.columns() + i]));
    }
    return most / 7.5f;
  }
}
