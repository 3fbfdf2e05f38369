package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.JsonFields;
import dev.tombolo.protocol.codec.MalformedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The safetensors format: a little-endian length, a JSON header that lists the tensors, their
/// bytes.
final class Safetensors {
  /// No JSON is read here that is longer. A file with more is not taken for a model.
  static final int HEADER_BYTES_MAX = 4 << 20;

  private static final int LENGTH_BYTES = 8;
  private static final String METADATA = "__metadata__";
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Safetensors() {}

  /// None when it is not such a file.
  static List<Tensor> tensors(MemorySegment content) {
    if (content.byteSize() < LENGTH_BYTES + 2
        || content.get(ValueLayout.JAVA_BYTE, LENGTH_BYTES) != '{') {
      return List.of();
    }
    long length = content.get(LONG, 0);
    if (length < 2 || length > HEADER_BYTES_MAX || length > content.byteSize() - LENGTH_BYTES) {
      return List.of();
    }
    byte[] header = content.asSlice(LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE);
    try {
      return Json.read(
          "safetensors header",
          new String(header, StandardCharsets.UTF_8),
          HEADER_BYTES_MAX,
          fields -> read(fields, LENGTH_BYTES + length, content.byteSize()));
    } catch (MalformedException e) {
      return List.of();
    }
  }

  private static List<Tensor> read(JsonFields header, long dataAt, long fileSize)
      throws MalformedException {
    List<Tensor> tensors = new ArrayList<>();
    for (String name : header.names()) {
      if (name.equals(METADATA) || tensors.size() == ModelFile.TENSORS_MAX) {
        continue;
      }
      JsonFields fields = header.object(name);
      List<Long> offsets = fields.integers("data_offsets");
      if (offsets.size() != 2
          || offsets.get(0) < 0
          || offsets.get(1) < offsets.get(0)
          || offsets.get(1) > fileSize - dataAt) {
        throw fields.wrong("data_offsets", "must lie in the file");
      }
      tensors.add(
          new Tensor(
              name,
              type(fields.text("dtype")),
              fields.integers("shape"),
              dataAt + offsets.get(0),
              offsets.get(1) - offsets.get(0)));
    }
    return tensors;
  }

  private static ElementType type(String dtype) {
    return switch (dtype) {
      case "F32" -> ElementType.FLOAT32;
      case "F16" -> ElementType.FLOAT16;
      case "BF16" -> ElementType.BFLOAT16;
      case "I16", "U16" -> ElementType.INTEGER16;
      case "I32", "U32" -> ElementType.INTEGER32;
      case "F64" -> ElementType.FLOAT64;
      case "I64", "U64" -> ElementType.OTHER;
      default -> ElementType.BYTE;
    };
  }
}
