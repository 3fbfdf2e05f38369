package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The weights in an ONNX file (onnx.proto3): the graph's initializers, and the tensors of its
/// constant nodes. Data that lies in files of its own is not looked at here.
final class Onnx {
  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int NODE_OUTPUT = 2;
  private static final int NODE_ATTRIBUTE = 5;
  private static final int ATTRIBUTE_TENSOR = 5;
  private static final int TENSOR_DIMS = 1;
  private static final int TENSOR_TYPE = 2;
  private static final int TENSOR_FLOATS = 4;
  private static final int TENSOR_NAME = 8;
  private static final int TENSOR_RAW = 9;

  private static final int TYPE_FLOAT = 1;
  private static final int NAME_BYTES_MAX = 4096;
  private static final int DIMS_MAX = 64;

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final MemorySegment file;
  private final List<Tensor> tensors = new ArrayList<>();

  private Onnx(MemorySegment file) {
    this.file = file;
  }

  /// None when it is not such a file.
  static List<Tensor> tensors(MemorySegment content) {
    Onnx reader = new Onnx(content);
    try {
      Fields model = reader.fields(0, content.byteSize());
      while (model.next()) {
        if (model.is(MODEL_GRAPH)) {
          reader.graph(model.from, model.to);
        }
      }
    } catch (NotProtobuf e) {
      return List.of();
    }
    return reader.tensors;
  }

  private void graph(long from, long to) throws NotProtobuf {
    Fields graph = fields(from, to);
    while (graph.next()) {
      if (graph.is(GRAPH_INITIALIZER)) {
        tensor(graph.from, graph.to, "");
      } else if (graph.is(GRAPH_NODE)) {
        node(graph.from, graph.to);
      }
    }
  }

  private void node(long from, long to) throws NotProtobuf {
    String output = "";
    Fields node = fields(from, to);
    while (node.next()) {
      if (node.is(NODE_OUTPUT)) {
        output = text(node.from, node.to);
      } else if (node.is(NODE_ATTRIBUTE)) {
        Fields attribute = fields(node.from, node.to);
        while (attribute.next()) {
          if (attribute.is(ATTRIBUTE_TENSOR)) {
            tensor(attribute.from, attribute.to, output);
          }
        }
      }
    }
  }

  private void tensor(long from, long to, String otherName) throws NotProtobuf {
    if (tensors.size() >= ModelFile.TENSORS_MAX) {
      return;
    }
    String name = otherName;
    long type = 0;
    List<Long> shape = new ArrayList<>();
    long dataAt = 0;
    long dataEnd = 0;
    Fields tensor = fields(from, to);
    while (tensor.next()) {
      if (tensor.is(TENSOR_NAME)) {
        name = text(tensor.from, tensor.to);
      } else if (tensor.is(TENSOR_RAW)
          || tensor.is(TENSOR_FLOATS) && (tensor.to - tensor.from) % 4 == 0) {
        dataAt = tensor.from;
        dataEnd = tensor.to;
      } else if (tensor.number == TENSOR_TYPE && tensor.wire == VARINT) {
        type = tensor.value;
      } else if (tensor.number == TENSOR_DIMS && shape.size() < DIMS_MAX) {
        dims(tensor, shape);
      }
    }
    if (dataEnd > dataAt) {
      tensors.add(new Tensor(name, type(type), shape, dataAt, dataEnd - dataAt));
    }
  }

  private void dims(Fields field, List<Long> shape) throws NotProtobuf {
    if (field.wire == VARINT) {
      shape.add(field.value);
    } else if (field.wire == DELIMITED) {
      Fields packed = new Fields(field.from, field.to);
      while (packed.at < packed.end && shape.size() < DIMS_MAX) {
        shape.add(packed.varint());
      }
    }
  }

  private static ElementType type(long type) {
    return switch ((int) type) {
      case TYPE_FLOAT -> ElementType.FLOAT32;
      case 10 -> ElementType.FLOAT16;
      case 16 -> ElementType.BFLOAT16;
      case 4, 5 -> ElementType.INTEGER16;
      case 6, 12 -> ElementType.INTEGER32;
      case 11 -> ElementType.FLOAT64;
      case 7, 13, 14, 15 -> ElementType.OTHER;
      default -> ElementType.BYTE;
    };
  }

  private String text(long from, long to) {
    long length = Math.min(to - from, NAME_BYTES_MAX);
    return new String(
        file.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private Fields fields(long from, long to) {
    return new Fields(from, to);
  }

  /// The fields of one message, one at a time.
  private final class Fields {
    private final long end;
    private long at;
    private int number;
    private int wire;
    private long value;
    private long from;
    private long to;

    Fields(long from, long to) {
      at = from;
      end = to;
    }

    boolean is(int wanted) {
      return number == wanted && wire == DELIMITED;
    }

    boolean next() throws NotProtobuf {
      if (at >= end) {
        return false;
      }
      long tag = varint();
      number = (int) (tag >>> 3);
      wire = (int) (tag & 7);
      if (number == 0) {
        // No field has that number; a sparse file is nothing but these.
        throw new NotProtobuf();
      }
      switch (wire) {
        case VARINT -> value = varint();
        case FIXED64 -> at += 8;
        case FIXED32 -> at += 4;
        case DELIMITED -> {
          long length = varint();
          if (length < 0 || length > end - at) {
            throw new NotProtobuf();
          }
          from = at;
          to = at + length;
          at = to;
        }
        default -> throw new NotProtobuf();
      }
      return true;
    }

    private long varint() throws NotProtobuf {
      long result = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        if (at >= end) {
          throw new NotProtobuf();
        }
        int next = file.get(ValueLayout.JAVA_BYTE, at++);
        result |= (long) (next & 0x7f) << shift;
        if (next >= 0) {
          return result;
        }
      }
      throw new NotProtobuf();
    }
  }

  private static final class NotProtobuf extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
