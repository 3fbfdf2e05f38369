package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.BundleSamples;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// A model's file, of which the tensors are looked for; a file that is none has none.
public final class ModelTarget implements FuzzTarget {
  /// By which format it is begun from.
  public enum Kind {
    SAFETENSORS("model-safetensors"),
    ONNX("model-onnx");

    private final String target;

    Kind(String target) {
      this.target = target;
    }
  }

  private final Kind kind;

  public ModelTarget(Kind kind) {
    this.kind = kind;
  }

  @Override
  public String name() {
    return kind.target;
  }

  @Override
  public List<byte[]> seeds() {
    return switch (kind) {
      case SAFETENSORS ->
          List.of(
              safetensors(
                  "{\"__metadata__\":{\"format\":\"pt\"},"
                      + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                      + "\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[16,22]},"
                      + "\"none\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[22,22]}}",
                  22),
              BundleSamples.golden("cast-base.safetensors"));
      case ONNX -> List.of(onnx());
    };
  }

  private static byte[] safetensors(String header, int dataBytes) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  /// An initializer with raw data, one with packed floats, and a constant node.
  static byte[] onnx() {
    byte[] raw =
        joined(number(1, 2), number(1, 3), number(2, 1), text(8, "w"), field(9, new byte[24]));
    byte[] floats =
        joined(field(1, new byte[] {4}), number(2, 1), field(4, new byte[16]), text(8, "v"));
    byte[] constant = joined(number(2, 10), field(9, new byte[8]));
    byte[] node =
        joined(
            text(2, "out"),
            text(4, "Constant"),
            field(5, joined(text(1, "value"), field(5, constant))));
    byte[] graph = joined(field(1, node), text(2, "main"), field(5, raw), field(5, floats));
    return joined(number(1, 8), text(2, "made by hand"), field(7, graph));
  }

  private static byte[] number(int field, int value) {
    return new byte[] {(byte) (field << 3), (byte) value};
  }

  private static byte[] text(int field, String text) {
    return field(field, text.getBytes(StandardCharsets.UTF_8));
  }

  /// Of less than 16 KiB.
  private static byte[] field(int field, byte[] body) {
    byte[] head =
        body.length < 0x80
            ? new byte[] {(byte) (field << 3 | 2), (byte) body.length}
            : new byte[] {
              (byte) (field << 3 | 2), (byte) (body.length | 0x80), (byte) (body.length >> 7)
            };
    return joined(head, body);
  }

  private static byte[] joined(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  @Override
  public List<String> words() {
    return List.of(
        "{\"x\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}",
        "\"data_offsets\":[0,9007199254740991]",
        "data_offsets",
        "dtype",
        "shape",
        "__metadata__",
        "F16",
        "\u003a\u0010",
        "\u002a\u0004",
        "\u004a\u0008",
        "\u0008\u0001");
  }

  @Override
  public String run(byte[] input) {
    MemorySegment content = MemorySegment.ofArray(input);
    List<Tensor> tensors = ModelFile.tensors(content);
    Contract.holds(tensors.size() <= ModelFile.TENSORS_MAX, "tensors are bounded");
    TreeSet<String> types = new TreeSet<>();
    List<Tensor> before = new ArrayList<>();
    long end = 0;
    for (Tensor tensor : tensors) {
      Contract.holds(tensor.offset() >= end && tensor.length() > 0, "they are in order, and apart");
      end = tensor.end();
      types.add(tensor.type().name());
      before.add(tensor);
    }
    Contract.holds(end <= input.length, "they lie in the file");
    Contract.same(before, ModelFile.tensors(content));
    return Math.min(9, tensors.size()) + " " + types;
  }
}
