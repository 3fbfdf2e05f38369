package dev.tombolo.bench.demo;

import dev.tombolo.bench.embedding.OnnxNote;
import dev.tombolo.bench.embedding.SpoiledModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The versions that the demo rolls out: two real models, one that answers wrongly, and one more
/// export of the first.
record Models(ModelVersion first, ModelVersion second, ModelVersion bad, ModelVersion third) {

  /// Writes them below `folder/models`. Takes them out of the model jars on the class path.
  static Models unpack(Path folder) throws IOException {
    Path first = begin(folder, "1.0");
    copyResource("/bge-small-en-q.onnx", first.resolve("model.onnx"));
    copyResource("/bge-small-en-q-tokenizer.json", first.resolve("tokenizer.json"));

    Path second = begin(folder, "1.5");
    copyResource("/bge-small-en-v1.5-q.onnx", second.resolve("model.onnx"));
    copyResource("/bge-small-en-v1.5-q-tokenizer.json", second.resolve("tokenizer.json"));

    Path bad = begin(folder, "1.6");
    SpoiledModel.write(second.resolve("model.onnx"), bad.resolve("model.onnx"));
    Files.copy(second.resolve("tokenizer.json"), bad.resolve("tokenizer.json"));

    Path third = begin(folder, "1.7");
    OnnxNote.write(first.resolve("model.onnx"), "exported again", third.resolve("model.onnx"));
    Files.copy(first.resolve("tokenizer.json"), third.resolve("tokenizer.json"));

    return new Models(
        finish(folder, first, "1.0"),
        finish(folder, second, "1.5"),
        finish(folder, bad, "1.6"),
        finish(folder, third, "1.7"));
  }

  private static Path begin(Path folder, String version) throws IOException {
    Path made = Files.createDirectories(folder.resolve("models").resolve(version));
    copyResource("golden.txt", made.resolve("golden.txt"));
    return made;
  }

  private static ModelVersion finish(Path folder, Path made, String version) throws IOException {
    String digest = sha256(made.resolve("model.onnx"));
    Files.writeString(
        made.resolve("release.yaml"),
        resource("release.yaml").replace("@VERSION@", version).replace("@MODEL@", digest));
    return new ModelVersion(version, folder.relativize(made), digest);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void copyResource(String name, Path to) throws IOException {
    try (InputStream in = open(name)) {
      Files.copy(in, to);
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = Models.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException(name + " is not on the class path; build the bench module again");
    }
    return in;
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] piece = new byte[64 * 1024];
      for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
        digest.update(piece, 0, got);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
