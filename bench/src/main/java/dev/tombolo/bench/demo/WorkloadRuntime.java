package dev.tombolo.bench.demo;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OrtEnvironment;
import com.google.gson.Gson;
import com.sun.jna.Native;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.tombolo.bench.embedding.EmbeddingService;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/// What a shop's technician has put on its computer beforehand, shared here by all three shops: the
/// embedding service's jars and ONNX Runtime's native parts. A release names such a runtime; it
/// does not bring it.
///
/// @param archiving makes an archive of Java's own classes, which each of the many programs that
///   the demo starts would load anew; without it they only start later
record WorkloadRuntime(Path folder, Process archiving) {
  private static final List<Class<?>> NEEDED =
      List.of(
          EmbeddingService.class,
          OnnxEmbeddingModel.class,
          Embedding.class,
          OrtEnvironment.class,
          HuggingFaceTokenizer.class,
          ai.djl.Application.class,
          Gson.class,
          Native.class,
          LoggerFactory.class);
  static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";
  private static final Duration ARCHIVE_LIMIT = Duration.ofMinutes(1);
  private static final List<String> ONNX_PARTS =
      List.of("libonnxruntime.so", "libonnxruntime4j_jni.so");

  /// Links the jars of this very program below `folder/runtime/embedding`.
  static WorkloadRuntime prepare(Path folder) throws IOException {
    Path made = Files.createDirectories(folder.resolve("runtime/embedding"));
    for (Class<?> needed : NEEDED) {
      Path jar = jarOf(needed);
      Files.createSymbolicLink(made.resolve(jar.getFileName()), jar);
    }
    Path natives = Files.createDirectories(made.resolve("native"));
    for (String part : ONNX_PARTS) {
      String name = "/ai/onnxruntime/native/" + onnxPlatform() + "/" + part;
      try (InputStream in = OrtEnvironment.class.getResourceAsStream(name)) {
        if (in == null) {
          throw new IOException("ONNX Runtime's jar has no " + name + "; the demo needs Linux");
        }
        Files.copy(in, natives.resolve(part));
      }
    }
    Process archiving =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xshare:dump",
                "-XX:+UseSerialGC",
                // Java complains where only one of the two, this and the program, has it.
                NATIVE_ACCESS,
                "-XX:SharedArchiveFile=" + archive(made))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new WorkloadRuntime(made, archiving);
  }

  private static Path archive(Path folder) {
    return folder.resolve("java.jsa");
  }

  Path archive() {
    return archive(folder);
  }

  /// Returns when all of it is there.
  ///
  /// @throws IllegalStateException when the archive was not made in time
  void await() throws InterruptedException {
    if (!archiving.waitFor(ARCHIVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      archiving.destroyForcibly();
      throw new IllegalStateException(
          "Java did not make " + archive() + " within " + ARCHIVE_LIMIT.toSeconds() + " s");
    }
  }

  private static String onnxPlatform() {
    return System.getProperty("os.arch", "").equals("aarch64") ? "linux-aarch64" : "linux-x64";
  }

  /// The jar with this demo's own classes, for the line proxy.
  Path benchJar() throws IOException {
    return jarOf(EmbeddingService.class);
  }

  private static Path jarOf(Class<?> type) throws IOException {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    try {
      Path jar = Path.of(source.getLocation().toURI());
      if (!Files.isRegularFile(jar)) {
        throw new IOException(type + " comes from the folder " + jar + "; run ./tombolo demo");
      }
      return jar;
    } catch (URISyntaxException e) {
      throw new IOException("where " + type + " comes from: " + e.getMessage(), e);
    }
  }
}
