package dev.tombolo.bench.bundle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/// Small models of made-up numbers; the same seed always gives the same ones.
final class Models {
  private final Random random;

  Models(long seed) {
    random = new Random(seed);
  }

  /// Weights as training leaves them.
  float[] weights(int count) {
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = (float) (random.nextGaussian() * 0.02);
    }
    return weights;
  }

  /// The same after some more of it.
  float[] moved(float[] weights, double share) {
    float[] moved = weights.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (random.nextGaussian() * 0.02 * share);
    }
    return moved;
  }

  byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /// As numbers of a safetensors type.
  static byte[] as(String dtype, float[] weights) {
    int width =
        switch (dtype) {
          case "F64", "I64" -> 8;
          case "F32", "I32" -> 4;
          case "F16", "BF16", "I16" -> 2;
          default -> 1;
        };
    ByteBuffer out = ByteBuffer.allocate(weights.length * width).order(ByteOrder.LITTLE_ENDIAN);
    for (float weight : weights) {
      switch (dtype) {
        // All bits of the fraction are used.
        case "F64" -> out.putDouble(weight * Math.PI);
        case "I64" -> out.putLong((long) (weight * 1e6));
        case "F32" -> out.putFloat(weight);
        case "I32" -> out.putInt((int) (weight * 1e6));
        case "F16" -> out.putShort(Float.floatToFloat16(weight));
        case "BF16" -> out.putShort((short) (Float.floatToIntBits(weight) >>> 16));
        case "I16" -> out.putShort((short) (weight * 1e5));
        case "I8" -> out.put((byte) Math.round(weight * 1400));
        case "U8" -> out.put(packed(weight));
        default -> throw new IllegalArgumentException(dtype);
      }
    }
    return out.array();
  }

  /// As a program that converts models writes them: rounded to the nearest.
  static byte[] rounding(String dtype, float[] weights) {
    return as(dtype, rounded(dtype, weights));
  }

  /// What is left of them in this type.
  static float[] rounded(String dtype, float[] weights) {
    float[] rounded = weights.clone();
    for (int i = 0; i < rounded.length; i++) {
      int bits = Float.floatToIntBits(rounded[i]);
      rounded[i] =
          switch (dtype) {
            case "F16" -> Float.float16ToFloat(Float.floatToFloat16(rounded[i]));
            case "BF16" -> Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff_0000);
            default -> rounded[i];
          };
    }
    return rounded;
  }

  /// Two numbers of 4 bits in a byte.
  private static byte packed(float weight) {
    int low = Math.round(weight * 100) & 15;
    int high = Math.round(weight * 77) & 15;
    return (byte) (low | high << 4);
  }

  /// A tensor of a file.
  ///
  /// @param elements of its shape, which has one dimension
  record Tensor(String dtype, byte[] bytes, int elements) {
    /// A shape that says nothing.
    Tensor(String dtype, byte[] bytes) {
      this(dtype, bytes, bytes.length);
    }
  }

  static Map<String, Tensor> tensors() {
    return new LinkedHashMap<>();
  }

  static void safetensors(Path file, String note, Map<String, Tensor> tensors) throws IOException {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"note\":\"" + note + "\"}");
    long at = 0;
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      long end = at + tensor.getValue().bytes().length;
      header
          .append(",\"" + tensor.getKey() + "\":{\"dtype\":\"" + tensor.getValue().dtype())
          .append(
              "\",\"shape\":["
                  + tensor.getValue().elements()
                  + "],\"data_offsets\":["
                  + at
                  + ","
                  + end
                  + "]}");
      at = end;
    }
    byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
      out.write(json);
      for (Tensor tensor : tensors.values()) {
        out.write(tensor.bytes());
      }
    }
  }

  /// An ONNX file of nothing but initializers of 32-bit floats.
  static void onnx(Path file, Map<String, float[]> tensors) throws IOException {
    ByteArrayOutputStream graph = new ByteArrayOutputStream();
    for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
      ByteArrayOutputStream proto = new ByteArrayOutputStream();
      proto.write(1 << 3);
      varint(proto, tensor.getValue().length);
      proto.write(2 << 3);
      proto.write(1);
      field(proto, 8, tensor.getKey().getBytes(StandardCharsets.UTF_8));
      field(proto, 9, as("F32", tensor.getValue()));
      field(graph, 5, proto.toByteArray());
    }
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    model.write(1 << 3);
    model.write(8);
    field(model, 7, graph.toByteArray());
    Files.write(file, model.toByteArray());
  }

  private static void field(ByteArrayOutputStream out, int number, byte[] content)
      throws IOException {
    varint(out, number << 3 | 2);
    varint(out, content.length);
    out.write(content);
  }

  private static void varint(ByteArrayOutputStream out, int value) {
    int left = value;
    while (left >= 0x80) {
      out.write(left | 0x80);
      left >>>= 7;
    }
    out.write(left);
  }
}
