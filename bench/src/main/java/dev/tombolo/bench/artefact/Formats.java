package dev.tombolo.bench.artefact;

import dev.tombolo.bench.artefact.MadeModel.Layer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/// Writes made-up models as files of the formats that are met in the field, so far as their bytes
/// go: where numbers lie, how they are aligned, what stands between them.
final class Formats {
  private Formats() {}

  /// @param dtype F32, F16, BF16, F8_E4M3 or I8
  static void safetensors(Path file, MadeModel model, String dtype, String note)
      throws IOException {
    List<Stored> all = new ArrayList<>();
    for (Layer layer : model.layers()) {
      String shape = (layer.isVector() ? "" : layer.rows() + ",") + layer.columns();
      all.add(new Stored(layer.name(), dtype, shape, Numbers.as(dtype, layer)));
    }
    safetensors(file, all, note);
  }

  /// As AutoGPTQ writes it: matrices as 4 bits, eight of a column in an I32, with a scale in F16
  /// for each 64 of it; the rest as F16.
  static void gptq(Path file, MadeModel model) throws IOException {
    List<Stored> all = new ArrayList<>();
    for (Layer layer : model.layers()) {
      int in = layer.columns();
      int out = layer.rows();
      if (layer.isVector() || layer.name().contains("embeddings")) {
        String shape = (layer.isVector() ? "" : out + ",") + in;
        all.add(new Stored(layer.name(), "F16", shape, Numbers.as("F16", layer)));
        continue;
      }
      String name = layer.name().replace(".weight", ".");
      int groups = in / QuantizedColumns.GROUP;
      QuantizedColumns columns = QuantizedColumns.of(layer);
      byte[] zeros = new byte[groups * out / 2];
      Arrays.fill(zeros, (byte) 0x77);
      ByteBuffer places = little(4 * in);
      for (int i = 0; i < in; i++) {
        places.putInt(i / QuantizedColumns.GROUP);
      }
      all.add(new Stored(name + "qweight", "I32", in / 8 + "," + out, columns.packed()));
      all.add(new Stored(name + "qzeros", "I32", groups + "," + out / 8, zeros));
      all.add(new Stored(name + "scales", "F16", groups + "," + out, columns.scales()));
      all.add(new Stored(name + "g_idx", "I32", "" + in, places.array()));
    }
    safetensors(file, all, "pt");
  }

  private record Stored(String name, String dtype, String shape, byte[] data) {}

  private static void safetensors(Path file, List<Stored> all, String note) throws IOException {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"" + note + "\"}");
    long at = 0;
    for (Stored each : all) {
      long end = at + each.data().length;
      header.append(",\"" + each.name() + "\":{\"dtype\":\"" + each.dtype());
      header.append("\",\"shape\":[" + each.shape());
      header.append("],\"data_offsets\":[" + at + "," + end + "]}");
      at = end;
    }
    byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(little(8).putLong(json.length).array());
      out.write(json);
      for (Stored each : all) {
        out.write(each.data());
      }
    }
  }

  /// The types of GGML by their numbers.
  private static final List<String> GGML =
      List.of("F32", "F16", "Q4_0", "", "", "", "", "", "Q8_0", "", "", "", "Q4_K", "", "Q6_K");

  /// Matrices as the one type and, those of outputs, as the other, the embedding as F16, vectors as
  /// F32.
  static void gguf(Path file, MadeModel model, String note, String usual, String ofOutputs)
      throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    head.write("GGUF".getBytes(StandardCharsets.US_ASCII));
    head.write(little(4).putInt(3).array());
    head.write(little(16).putLong(model.layers().size()).putLong(2).array());
    ggufText(head, "general.name");
    head.write(little(4).putInt(8).array());
    ggufText(head, note);
    ggufText(head, "general.quantization_version");
    head.write(little(8).putInt(4).putInt(2).array());
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Layer layer : model.layers()) {
      boolean whole = layer.name().contains("embeddings");
      String kind =
          layer.isVector()
              ? "F32"
              : whole ? "F16" : layer.name().contains("output") ? ofOutputs : usual;
      ggufText(head, layer.name());
      head.write(little(4).putInt(layer.isVector() ? 1 : 2).array());
      head.write(little(8).putLong(layer.columns()).array());
      if (!layer.isVector()) {
        head.write(little(8).putLong(layer.rows()).array());
      }
      head.write(little(4).putInt(GGML.indexOf(kind)).array());
      head.write(little(8).putLong(data.size()).array());
      data.write(Numbers.as(kind, layer));
      pad(data, 32);
    }
    pad(head, 32);
    try (OutputStream out = Files.newOutputStream(file)) {
      head.writeTo(out);
      data.writeTo(out);
    }
  }

  private static void ggufText(ByteArrayOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write(little(8).putLong(bytes.length).array());
    out.write(bytes);
  }

  /// Tables of tensors, then buffers of 16 bytes' alignment, each with its length before it.
  static void tflite(Path file, MadeModel model, String dtype) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(little(4).putInt(28).array());
    out.write("TFL3".getBytes(StandardCharsets.US_ASCII));
    for (Layer layer : model.layers()) {
      byte[] name = layer.name().getBytes(StandardCharsets.UTF_8);
      out.write(
          little(12).putInt(layer.rows()).putInt(layer.columns()).putInt(name.length).array());
      out.write(name);
      out.write(new byte[4 - name.length % 4]);
      if (dtype.equals("I8")) {
        out.write(little(4 * layer.rows()).put(Numbers.scales(layer)).array());
      }
    }
    for (Layer layer : model.layers()) {
      byte[] data = Numbers.as(layer.isVector() ? "F32" : dtype, layer);
      while (out.size() % 16 != 12) {
        out.write(0);
      }
      out.write(little(4).putInt(data.length).array());
      out.write(data);
    }
    Files.write(file, out.toByteArray());
  }

  /// As torch.save does: entries of a ZIP that are stored, aligned to 64 bytes, and numbered.
  static void torch(Path file, MadeModel model, String archive, String dtype) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    StringBuilder index = new StringBuilder("\u0080\u0002ccollections\nOrderedDict\n");
    int number = 0;
    for (Layer layer : model.layers()) {
      index.append("X" + layer.name() + "ctorch._utils\n_rebuild_tensor_v2\n(X" + number + "Xcpu");
      index.append("J" + layer.rows() + "J" + layer.columns() + "tR");
      number++;
    }
    entries.put(archive + "/data.pkl", index.toString().getBytes(StandardCharsets.UTF_8));
    entries.put(archive + "/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    number = 0;
    for (Layer layer : model.layers()) {
      entries.put(archive + "/data/" + number++, Numbers.as(dtype, layer));
    }
    entries.put(archive + "/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    storedZip(file, entries, 64);
  }

  /// As numpy.savez does: nothing is aligned in the file.
  static void npz(Path file, MadeModel model, String dtype) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (Layer layer : model.layers()) {
      entries.put(layer.name() + ".npy", npy(layer, dtype));
    }
    storedZip(file, entries, 1);
  }

  static byte[] npy(Layer layer, String dtype) throws IOException {
    String descr =
        switch (dtype) {
          case "F64" -> "<f8";
          case "F32" -> "<f4";
          case "F16" -> "<f2";
          default -> "|i1";
        };
    String header =
        "{'descr': '"
            + descr
            + "', 'fortran_order': False, 'shape': ("
            + layer.rows()
            + ", "
            + layer.columns()
            + "), }";
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    out.write(
        (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    out.write(Numbers.as(dtype, layer));
    return out.toByteArray();
  }

  private static void storedZip(Path file, Map<String, byte[]> entries, int alignment)
      throws IOException {
    ByteArrayOutputStream central = new ByteArrayOutputStream();
    long at = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        byte[] name = entry.getKey().getBytes(StandardCharsets.UTF_8);
        byte[] data = entry.getValue();
        CRC32 crc = new CRC32();
        crc.update(data);
        int extra = alignment == 1 ? 0 : 4 + (int) (-(at + 34 + name.length) & alignment - 1);
        ByteBuffer local = little(30).putInt(0x04034b50).putInt(0).putInt(0).putShort((short) 0);
        local.putInt((int) crc.getValue()).putInt(data.length).putInt(data.length);
        local.putShort((short) name.length).putShort((short) extra);
        out.write(local.array());
        out.write(name);
        if (extra > 0) {
          out.write(
              little(4).put((byte) 'F').put((byte) 'B').putShort((short) (extra - 4)).array());
          out.write("Z".repeat(extra - 4).getBytes(StandardCharsets.US_ASCII));
        }
        out.write(data);
        ByteBuffer row = little(46).putInt(0x02014b50).putInt(0).putInt(0).putInt(0);
        row.putInt((int) crc.getValue()).putInt(data.length).putInt(data.length);
        row.putShort((short) name.length).putLong(0).putInt(0).putInt(42, (int) at);
        central.write(row.array());
        central.write(name);
        at += 30 + name.length + extra + data.length;
      }
      central.writeTo(out);
      ByteBuffer end = little(22).putInt(0x06054b50).putInt(0);
      end.putShort((short) entries.size()).putShort((short) entries.size());
      out.write(end.putInt(central.size()).putInt((int) at).array());
    }
  }

  /// How an ONNX file has its weights.
  enum Weights {
    RAW,
    /// In the field that was there first.
    FLOAT_DATA,
    /// In a file beside it.
    EXTERNAL
  }

  static void onnx(Path file, MadeModel model, Weights as) throws IOException {
    ByteArrayOutputStream graph = new ByteArrayOutputStream();
    ByteArrayOutputStream external = new ByteArrayOutputStream();
    for (Layer layer : model.layers()) {
      byte[] data = Numbers.as("F32", layer);
      ByteArrayOutputStream proto = initializer(layer.name(), 1, layer.rows(), layer.columns());
      switch (as) {
        case RAW -> field(proto, 9, data);
        case FLOAT_DATA -> field(proto, 4, data);
        case EXTERNAL -> {
          pad(external, 4096);
          place(proto, "location", file.getFileName() + ".data");
          place(proto, "offset", "" + external.size());
          place(proto, "length", "" + data.length);
          external.write(data);
        }
      }
      field(graph, 5, proto.toByteArray());
    }
    write(file, graph);
    if (as == Weights.EXTERNAL) {
      Files.write(file.resolveSibling(file.getFileName() + ".data"), external.toByteArray());
    }
  }

  /// As the dynamic quantizer writes it: I8 with a scale and a zero point for each row.
  static void quantizedOnnx(Path file, MadeModel model) throws IOException {
    ByteArrayOutputStream graph = new ByteArrayOutputStream();
    for (Layer layer : model.layers()) {
      if (layer.isVector()) {
        ByteArrayOutputStream vector = initializer(layer.name(), 1, 1, layer.columns());
        field(vector, 9, Numbers.as("F32", layer));
        field(graph, 5, vector.toByteArray());
        continue;
      }
      ByteArrayOutputStream scale = initializer(layer.name() + "_scale", 1, 1, layer.rows());
      field(scale, 9, Numbers.scales(layer));
      field(graph, 5, scale.toByteArray());
      ByteArrayOutputStream zero = initializer(layer.name() + "_zero_point", 3, 1, layer.rows());
      field(zero, 9, new byte[layer.rows()]);
      field(graph, 5, zero.toByteArray());
      ByteArrayOutputStream data =
          initializer(layer.name() + "_quantized", 3, layer.rows(), layer.columns());
      field(data, 9, Numbers.as("I8", layer));
      field(graph, 5, data.toByteArray());
    }
    write(file, graph);
  }

  /// The index as text, the data as one row of numbers.
  static void savedModel(Path folder, MadeModel model) throws IOException {
    Path variables = Files.createDirectories(folder.resolve("variables"));
    StringBuilder index = new StringBuilder();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Layer layer : model.layers()) {
      index.append(layer.name() + "/.ATTRIBUTES/VARIABLE_VALUE\u0000" + data.size() + "\n");
      data.write(Numbers.as("F32", layer));
    }
    Files.write(variables.resolve("variables.data-00000-of-00001"), data.toByteArray());
    Files.writeString(variables.resolve("variables.index"), index);
    Files.writeString(folder.resolve("saved_model.pb"), "graph\n" + index.reverse());
  }

  private static ByteArrayOutputStream initializer(String name, int type, int rows, int columns)
      throws IOException {
    ByteArrayOutputStream proto = new ByteArrayOutputStream();
    if (rows > 1) {
      proto.write(1 << 3);
      varint(proto, rows);
    }
    proto.write(1 << 3);
    varint(proto, columns);
    proto.write(2 << 3);
    proto.write(type);
    field(proto, 8, name.getBytes(StandardCharsets.UTF_8));
    return proto;
  }

  private static void place(ByteArrayOutputStream proto, String key, String value)
      throws IOException {
    ByteArrayOutputStream entry = new ByteArrayOutputStream();
    field(entry, 1, key.getBytes(StandardCharsets.UTF_8));
    field(entry, 2, value.getBytes(StandardCharsets.UTF_8));
    field(proto, 13, entry.toByteArray());
  }

  private static void write(Path file, ByteArrayOutputStream graph) throws IOException {
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

  private static void pad(ByteArrayOutputStream out, int alignment) {
    while (out.size() % alignment != 0) {
      out.write(0);
    }
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
