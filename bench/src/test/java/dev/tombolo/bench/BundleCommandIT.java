package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.process.BundleUnpacking;
import dev.tombolo.bench.bundle.LargestBundle;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.Distributions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `bundle make`, `inspect` and `apply` as they are shipped, with their launchers' heaps.
class BundleCommandIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int WEIGHTS = 4_000_000;

  @TempDir Path folder;

  @Test
  void aModelComesBackFromTheOneBefore() throws Exception {
    Random random = new Random(11);
    float[] weights = new float[WEIGHTS];
    for (int i = 0; i < WEIGHTS; i++) {
      weights[i] = (float) (random.nextGaussian() * 0.02);
    }
    Path old = model("old.safetensors", "one", weights);
    for (int i = 0; i < WEIGHTS; i++) {
      weights[i] += (float) (random.nextGaussian() * 0.0002);
    }
    Path fresh = model("new.safetensors", "number two", weights);

    Path bundle = made(old, fresh);
    String shown = tombolo("bundle", "inspect", bundle.toString());
    applied(old, fresh, bundle);

    assertThat(shown).contains("needs a base of 1 file", "float16");
    assertThat(Files.size(bundle)).isLessThan(Files.size(fresh) * 35 / 100);
  }

  @Test
  void aFolderComesBackWithItsPermissionsAndEmptyFolders() throws Exception {
    Path old = release("old", 1);
    Path fresh = release("new", 2);
    Files.createDirectories(fresh.resolve("spool/empty"));
    mode(fresh.resolve("spool"), "rwx------");
    mode(fresh.resolve("model.bin"), "rw-------");
    mode(fresh.resolve("bin/run"), "rwx------");
    mode(fresh.resolve("bin"), "r-xr-xr-x");
    Files.createSymbolicLink(old.resolve("latest"), Path.of("model.bin"));

    applied(old, fresh, made(old, fresh));
  }

  @Test
  void nothingIsNeededByABundleThatIsMadeOfNothing() throws Exception {
    Path fresh = release("new", 3);

    applied(null, fresh, made(null, fresh));
  }

  /// Who runs out of memory would end without a word that an agent understands, and be tried again.
  @Test
  void aBundleAtTheBoundsOfTheFormatIsAppliedAsAnAgentDoesIt() throws Exception {
    Path bundle = folder.resolve("bundle");
    long makes = LargestBundle.write(bundle);
    List<String> words =
        List.of("bundle", "apply", "--by-digest", "--bundle", bundle.toString(), "--out", "out");
    List<String> argv = new ArrayList<>(List.of(Distributions.find().agent().toString()));
    argv.addAll(words);
    argv.addAll(List.of("--makes", Long.toString(makes)));

    Map<String, String> small = Map.of("TOMBOLO_AGENT_JAVA_OPTIONS", "-Xmx48m");
    Command refused = Command.run(argv, small, folder, LIMIT);
    run(argv, folder);

    assertThat(refused.exit()).isEqualTo(BundleUnpacking.EXIT_BUNDLE_REFUSED);
    assertThat(refused.err()).contains("it takes more than the", "MiB of memory");
    assertThat(folder.resolve("out")).isDirectoryContaining("glob:**");
  }

  private Path release(String name, int seed) throws IOException {
    Path release = Files.createDirectories(folder.resolve(name));
    Random random = new Random(5);
    byte[] model = new byte[3_000_000];
    random.nextBytes(model);
    random.setSeed(seed);
    for (int at = 0; at < model.length; at += 1 + random.nextInt(2_000)) {
      model[at]++;
    }
    Files.write(release.resolve("model.bin"), model);
    Files.createDirectories(release.resolve("bin"));
    Files.writeString(release.resolve("bin/run"), "#!/bin/sh\necho " + seed + "\n");
    mode(release.resolve("bin/run"), "rwxr-xr-x");
    Files.createFile(release.resolve("empty"));
    return release;
  }

  private Path made(@Nullable Path old, Path fresh) throws Exception {
    Path bundle = folder.resolve("bundle");
    List<String> words = new ArrayList<>(List.of("bundle", "make"));
    words.addAll(List.of("--target", fresh.toString(), "--out", bundle.toString()));
    if (old != null) {
      words.addAll(List.of("--base", old.toString()));
    }
    tombolo(words.toArray(String[]::new));
    return bundle;
  }

  /// Applies it, and compares what is there with what should be.
  private void applied(@Nullable Path old, Path fresh, Path bundle) throws Exception {
    Path out = folder.resolve("out");
    List<String> words = new ArrayList<>();
    words.add(Distributions.find().agent().toString());
    words.addAll(List.of("bundle", "apply", "--bundle", bundle.toString()));
    words.addAll(List.of("--out", out.toString()));
    if (old != null) {
      words.addAll(List.of("--base", old.toString()));
    }
    run(words, folder);

    run(List.of("diff", "-r", fresh.toString(), out.toString()), folder);
    assertThat(modes(out)).isEqualTo(modes(fresh));
  }

  private String modes(Path of) throws Exception {
    boolean isFolder = Files.isDirectory(of);
    Path in = isFolder ? of : folder;
    String what = isFolder ? "." : of.getFileName().toString();
    String found = run(List.of("find", what, "-printf", isFolder ? "%p %y %m\n" : "%m\n"), in);
    return found.lines().sorted().toList().toString();
  }

  private String tombolo(String... words) throws Exception {
    List<String> argv = new ArrayList<>(List.of(Distributions.find().tombolo().toString()));
    argv.addAll(List.of(words));
    return run(argv, folder);
  }

  private static String run(List<String> argv, Path in) throws Exception {
    return Command.run(argv, Map.of("LC_ALL", "C.UTF-8"), in, LIMIT).orThrow().out();
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  /// BF16.
  private Path model(String name, String note, float[] weights) throws IOException {
    String header =
        "{\"__metadata__\":{\"note\":\"%s\"},\"w\":{\"dtype\":\"BF16\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(note, weights.length, 2 * weights.length);
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer data = ByteBuffer.allocate(2 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float weight : weights) {
      data.putShort((short) (Float.floatToIntBits(weight) >>> 16));
    }
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
      out.write(json);
      out.write(data.array());
    }
    return file;
  }
}
