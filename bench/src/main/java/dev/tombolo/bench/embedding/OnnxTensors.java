package dev.tombolo.bench.embedding;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Finds where the weights lie in an ONNX file: a protobuf `ModelProto` whose field 7 is a
/// `GraphProto`, whose field 5 repeats `TensorProto` (8 name, 9 raw data). Nothing else is read.
final class OnnxTensors {
  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int TENSOR_NAME = 8;
  private static final int TENSOR_RAW_DATA = 9;

  /// @param offset of the raw data in the file
  record Tensor(String name, int offset, int length) {}

  private record Field(int number, int start, int end) {}

  private final byte[] file;
  private int position;

  private OnnxTensors(byte[] file) {
    this.file = file;
  }

  static List<Tensor> of(byte[] file) {
    var reader = new OnnxTensors(file);
    List<Tensor> tensors = new ArrayList<>();
    for (Field graph : reader.fields(0, file.length, MODEL_GRAPH)) {
      for (Field tensor : reader.fields(graph.start, graph.end, GRAPH_INITIALIZER)) {
        reader.tensor(tensor, tensors);
      }
    }
    return tensors;
  }

  private void tensor(Field field, List<Tensor> tensors) {
    String name = "";
    for (Field found : fields(field.start, field.end, TENSOR_NAME)) {
      name = new String(file, found.start, found.end - found.start, StandardCharsets.UTF_8);
    }
    for (Field raw : fields(field.start, field.end, TENSOR_RAW_DATA)) {
      tensors.add(new Tensor(name, raw.start, raw.end - raw.start));
    }
  }

  /// The length-delimited fields with this number directly inside a message.
  private List<Field> fields(int start, int end, int number) {
    List<Field> found = new ArrayList<>();
    position = start;
    while (position < end) {
      int tag = (int) varint();
      switch (tag & 7) {
        case 0 -> varint();
        case 1 -> position += 8;
        case 5 -> position += 4;
        case 2 -> {
          int length = (int) varint();
          if (length < 0 || length > end - position) {
            throw new IllegalArgumentException("not an ONNX file: a field ends beyond its message");
          }
          if (tag >>> 3 == number) {
            found.add(new Field(number, position, position + length));
          }
          position += length;
        }
        default -> throw new IllegalArgumentException("not an ONNX file: wire type " + (tag & 7));
      }
    }
    return found;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = file[position++];
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("not an ONNX file: a varint of more than 64 bits");
  }
}
