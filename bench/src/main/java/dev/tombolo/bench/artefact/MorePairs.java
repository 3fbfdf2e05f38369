package dev.tombolo.bench.artefact;

import dev.tombolo.bench.artefact.Formats.Weights;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Formats and changes that [Pairs] does not have, in models of 5 to 30 MB: what a bundle makes of
/// files that nobody thought of when it was written.
final class MorePairs {
  private static final double STEP = 0.01;

  private final Path folder;
  private final MadeModel model = MadeModel.of(4, 192);

  MorePairs(Path folder) {
    this.folder = folder;
  }

  static List<String> names() {
    return List.of(
        "F32, all weights",
        "F16, all weights",
        "F8_E4M3, all weights",
        "F32, renamed",
        "F32, other order",
        "F32, renamed and other order",
        "F32 to F16",
        "F32 to BF16",
        "BF16 to F32",
        "BF16 to F8_E4M3",
        "F32, sharded to one file",
        "BF16, one file to sharded",
        "BF16, sharded anew",
        "int8, sharded anew",
        "F32 to BF16, sharded anew",
        "F32, one value in a hundred",
        "BF16, one value in a hundred",
        "BF16, adapter merged",
        "ONNX, external data",
        "ONNX, float_data to raw_data, renamed",
        "ONNX, int8, new scales",
        "GGUF, Q4_0 and Q8_0",
        "GGUF, Q4_K and Q6_K",
        "GPTQ, 4 bits in I32",
        "TFLite, F32",
        "TFLite, int8",
        "PyTorch .pt, F32",
        "PyTorch .pt, BF16, renamed",
        "NumPy .npz, F32",
        "NumPy .npy, F16",
        "NumPy .npy, F64",
        "NumPy .npy, one value in a hundred",
        "TensorFlow SavedModel",
        "jar, 2 % of classes",
        "tar.gz, one file",
        "tokenizer.json",
        "SQLite, 2 % of rows",
        "ELF, one function more");
  }

  Pair make(String name) throws IOException, InterruptedException {
    Path old = folder.resolve("old");
    Path fresh = folder.resolve("new");
    switch (name) {
      case "F32, all weights" -> safetensors(old, fresh, "F32", "F32", model.moved(STEP));
      case "F16, all weights" -> safetensors(old, fresh, "F16", "F16", model.moved(STEP));
      case "F8_E4M3, all weights" ->
          safetensors(old, fresh, "F8_E4M3", "F8_E4M3", model.moved(STEP));
      case "F32, renamed" -> safetensors(old, fresh, "F32", "F32", model.moved(STEP).renamed());
      case "F32, other order" ->
          safetensors(old, fresh, "F32", "F32", model.moved(STEP).shuffled());
      case "F32, renamed and other order" ->
          safetensors(old, fresh, "F32", "F32", model.moved(STEP).shuffled().renamed());
      case "F32 to F16" -> safetensors(old, fresh, "F32", "F16", model);
      case "F32 to BF16" -> safetensors(old, fresh, "F32", "BF16", model);
      case "BF16 to F32" -> safetensors(old, fresh, "BF16", "F32", model.moved(STEP));
      case "BF16 to F8_E4M3" -> safetensors(old, fresh, "BF16", "F8_E4M3", model);
      case "F32, sharded to one file" -> {
        shards(old, model, "F32", 2);
        Formats.safetensors(
            Files.createDirectories(fresh).resolve("model.safetensors"),
            model.moved(STEP),
            "F32",
            "pt");
      }
      case "BF16, one file to sharded" -> {
        Formats.safetensors(
            Files.createDirectories(old).resolve("model.safetensors"), model, "BF16", "pt");
        shards(fresh, model.moved(STEP), "BF16", 2);
      }
      case "BF16, sharded anew" -> shardedAnew(old, fresh, "BF16", "BF16", model.moved(STEP));
      case "int8, sharded anew" -> shardedAnew(old, fresh, "I8", "I8", model.moved(STEP));
      case "F32 to BF16, sharded anew" -> shardedAnew(old, fresh, "F32", "BF16", model);
      case "F32, one value in a hundred" -> safetensors(old, fresh, "F32", "F32", model.touched());
      case "BF16, one value in a hundred" ->
          safetensors(old, fresh, "BF16", "BF16", model.touched());
      case "BF16, adapter merged" -> safetensors(old, fresh, "BF16", "BF16", model.adapted());
      case "ONNX, external data" -> {
        Path there = Files.createDirectories(old).resolve("model.onnx");
        Formats.onnx(there, model, Weights.EXTERNAL);
        Path here = Files.createDirectories(fresh).resolve("model.onnx");
        Formats.onnx(here, model.extended().moved(STEP), Weights.EXTERNAL);
      }
      case "ONNX, float_data to raw_data, renamed" -> {
        Formats.onnx(old, model, Weights.FLOAT_DATA);
        Formats.onnx(fresh, model.moved(STEP).renamed(), Weights.RAW);
      }
      case "ONNX, int8, new scales" -> {
        Formats.quantizedOnnx(old, model);
        Formats.quantizedOnnx(fresh, model.moved(STEP));
      }
      case "GGUF, Q4_0 and Q8_0" -> {
        Formats.gguf(old, model, "small", "Q4_0", "Q8_0");
        Formats.gguf(fresh, model.moved(STEP).extended(), "small, instructed", "Q4_0", "Q8_0");
      }
      case "GGUF, Q4_K and Q6_K" -> {
        Formats.gguf(old, model, "small", "Q4_K", "Q6_K");
        Formats.gguf(fresh, model.moved(STEP).extended(), "small, instructed", "Q4_K", "Q6_K");
      }
      case "GPTQ, 4 bits in I32" -> {
        Formats.gptq(old, model);
        Formats.gptq(fresh, model.moved(STEP));
      }
      case "TFLite, F32" -> tflite(old, fresh, "F32");
      case "TFLite, int8" -> tflite(old, fresh, "I8");
      case "PyTorch .pt, F32" -> {
        Formats.torch(old, model, "model", "F32");
        Formats.torch(fresh, model.moved(STEP), "model", "F32");
      }
      case "PyTorch .pt, BF16, renamed" -> {
        Formats.torch(old, model, "model", "BF16");
        Formats.torch(fresh, model.moved(STEP).renamed(), "checkpoint-2000", "BF16");
      }
      case "NumPy .npz, F32" -> {
        Formats.npz(old, model, "F32");
        Formats.npz(fresh, model.moved(STEP), "F32");
      }
      case "NumPy .npy, F16" -> npy(old, fresh, model.moved(STEP), "F16");
      case "NumPy .npy, F64" -> npy(old, fresh, model.moved(STEP), "F64");
      case "NumPy .npy, one value in a hundred" -> npy(old, fresh, model.touched(), "F32");
      case "TensorFlow SavedModel" -> {
        Formats.savedModel(old, model);
        Formats.savedModel(fresh, model.moved(STEP).extended());
      }
      case "jar, 2 % of classes" -> jar(old, fresh);
      case "tar.gz, one file" -> gzip(old, fresh);
      case "tokenizer.json" -> tokenizer(old, fresh);
      case "SQLite, 2 % of rows" -> {
        database(old, false);
        database(fresh, true);
      }
      default -> {
        program(old, 3_000);
        program(fresh, 1_234);
      }
    }
    return new Pair(name, old, fresh);
  }

  private void safetensors(Path old, Path fresh, String oldType, String freshType, MadeModel newer)
      throws IOException {
    Formats.safetensors(old, model, oldType, "pt");
    Formats.safetensors(fresh, newer, freshType, "pt, second");
  }

  /// What was in two files is in three.
  private void shardedAnew(Path old, Path fresh, String oldType, String freshType, MadeModel newer)
      throws IOException {
    shards(old, model, oldType, 2);
    shards(fresh, newer, freshType, 3);
  }

  private static void shards(Path into, MadeModel model, String type, int count)
      throws IOException {
    Files.createDirectories(into);
    int layers = model.layers().size();
    for (int shard = 0; shard < count; shard++) {
      Formats.safetensors(
          into.resolve("model-0000" + (shard + 1) + "-of-0000" + count + ".safetensors"),
          model.part(layers * shard / count, layers * (shard + 1) / count),
          type,
          "pt");
    }
  }

  private void tflite(Path old, Path fresh, String type) throws IOException {
    Formats.tflite(old, model, type);
    Formats.tflite(fresh, model.moved(STEP), type);
  }

  private void npy(Path old, Path fresh, MadeModel newer, String type) throws IOException {
    Files.write(old, Formats.npy(all(model), type));
    Files.write(fresh, Formats.npy(all(newer), type));
  }

  /// As one matrix.
  private static MadeModel.Layer all(MadeModel model) {
    int count = model.layers().stream().mapToInt(layer -> layer.weights().length).sum();
    float[] weights = new float[count];
    int at = 0;
    for (MadeModel.Layer layer : model.layers()) {
      System.arraycopy(layer.weights(), 0, weights, at, layer.weights().length);
      at += layer.weights().length;
    }
    return new MadeModel.Layer("all", count / 192, 192, weights);
  }

  /// The largest jar of this program's class path, packed anew; in every fiftieth class a few bytes
  /// are others.
  private static void jar(Path old, Path fresh) throws IOException {
    Path largest = null;
    for (String part : System.getProperty("java.class.path").split(":")) {
      Path path = Path.of(part);
      boolean isJar = part.endsWith(".jar") && Files.size(path) < 15_000_000;
      if (isJar && (largest == null || Files.size(path) > Files.size(largest))) {
        largest = path;
      }
    }
    if (largest == null) {
      throw new IOException("there is no jar on the class path");
    }
    try (ZipFile from = new ZipFile(largest.toFile());
        ZipOutputStream before = new ZipOutputStream(Files.newOutputStream(old));
        ZipOutputStream after = new ZipOutputStream(Files.newOutputStream(fresh))) {
      int number = 0;
      for (ZipEntry entry : from.stream().toList()) {
        byte[] content = from.getInputStream(entry).readAllBytes();
        put(before, entry.getName(), content, 1_700_000_000_000L);
        if (number++ % 50 == 0) {
          for (int at = content.length / 2; at < content.length; at += 997) {
            content[at]++;
          }
        }
        put(after, entry.getName(), content, 1_710_000_000_000L);
      }
    }
  }

  private static void put(ZipOutputStream out, String name, byte[] content, long millis)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(millis);
    out.putNextEntry(entry);
    out.write(content);
    out.closeEntry();
  }

  /// Programs of this machine in one compressed stream.
  private static void gzip(Path old, Path fresh) throws IOException {
    List<Path> files = new ArrayList<>();
    try (var all = Files.walk(Path.of("/usr/bin"), 1)) {
      all.filter(Files::isRegularFile).filter(Files::isReadable).forEach(files::add);
    }
    files.sort(Comparator.naturalOrder());
    try (OutputStream before = new GZIPOutputStream(Files.newOutputStream(old));
        OutputStream after = new GZIPOutputStream(Files.newOutputStream(fresh))) {
      long bytes = 0;
      for (Path file : files) {
        if (bytes > 30_000_000) {
          return;
        }
        byte[] content = Files.readAllBytes(file);
        before.write(content);
        if (bytes < 10_000_000 && bytes + content.length >= 10_000_000) {
          after.write("a few bytes more".getBytes(StandardCharsets.UTF_8));
        }
        after.write(content);
        bytes += content.length;
      }
    }
  }

  /// A vocabulary and its merges; some words are new, so that all behind them have other numbers.
  private static void tokenizer(Path old, Path fresh) throws IOException {
    SplittableRandom random = new SplittableRandom(4);
    StringBuilder before = new StringBuilder("{\n  \"model\": {\n    \"vocab\": {\n");
    StringBuilder after = new StringBuilder(before);
    int number = 0;
    for (int i = 0; i < 60_000; i++) {
      String word = word(random);
      before.append("      \"" + word + "\": " + i + ",\n");
      if (i % 10_000 == 5_000) {
        after.append("      \"" + word + "ed\": " + number++ + ",\n");
      }
      after.append("      \"" + word + "\": " + number++ + ",\n");
    }
    before.append("    },\n    \"merges\": [\n");
    after.append("    },\n    \"merges\": [\n");
    for (int i = 0; i < 60_000; i++) {
      String merge = "      \"" + word(random) + " " + word(random) + "\",\n";
      before.append(merge);
      after.append(i % 3_000 == 0 ? "" : merge);
    }
    Files.writeString(old, before.append("    ]\n  }\n}\n"));
    Files.writeString(fresh, after.append("    ]\n  }\n}\n"));
  }

  private static String word(SplittableRandom random) {
    StringBuilder word = new StringBuilder();
    for (int i = 2 + random.nextInt(8); i > 0; i--) {
      int letter = Math.min(random.nextInt(26), random.nextInt(26));
      word.append((char) ('a' + letter));
    }
    return word.toString();
  }

  private static void database(Path file, boolean later) throws IOException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(
          "create table item (id integer primary key, name text, price real, at int)");
      statement.execute("create index item_name on item (name)");
      SplittableRandom random = new SplittableRandom(4);
      try (PreparedStatement insert =
          connection.prepareStatement("insert into item (name, price, at) values (?, ?, ?)")) {
        for (int i = 0; i < 200_000; i++) {
          insert.setString(1, word(random) + " " + word(random));
          insert.setDouble(2, random.nextInt(10_000) / 100.0);
          insert.setInt(3, 1_700_000_000 + i * 60);
          insert.executeUpdate();
        }
      }
      connection.commit();
      if (later) {
        statement.execute("update item set price = price + 1 where id % 50 = 7");
        statement.execute("delete from item where id % 500 = 9");
        statement.execute(
            "insert into item (name, price, at) select name || '2', 5, at from item where id % 200 = 3");
        connection.commit();
      }
    } catch (SQLException e) {
      throw new IOException("no database can be made here", e);
    }
  }

  /// A program of many functions, built by the machine's compiler; one of them is new.
  private void program(Path file, int without) throws IOException, InterruptedException {
    StringBuilder source = new StringBuilder("#include <stdio.h>\n#include <stdlib.h>\n");
    SplittableRandom random = new SplittableRandom(4);
    int functions = 3_000;
    for (int i = 0; i < functions; i++) {
      StringBuilder body = new StringBuilder();
      for (int line = 0; line < 12; line++) {
        body.append(
            "  a = a * "
                + random.nextInt(1, 1000)
                + " + b[(a >> "
                + random.nextInt(8)
                + ") & 7];\n");
        if (i > 0 && random.nextInt(3) == 0) {
          body.append(
              "  if (a > "
                  + random.nextInt(100_000)
                  + ") a = f"
                  + random.nextInt(i)
                  + "(a - 1, b);\n");
        }
      }
      body.append(
          "  if (a == " + i + ") printf(\"" + word(random) + " %ld\\n\", a);\n  return a;\n}\n");
      source.append("long f" + i + "(long a, long *b) {\n");
      source.append(i == without ? "  puts(\"something new\"); b[3] += a;\n" : "").append(body);
    }
    source.append(
        "int main(int c, char **v) { long b[8] = {c}; return (int) f"
            + (functions - 1)
            + "(c, b); }\n");
    Path text = file.resolveSibling(file.getFileName() + ".c");
    Files.writeString(text, source);
    Measured.run(folder, "gcc", "-O1", "-o", file.toString(), text.toString());
    Files.delete(text);
  }
}
