package dev.tombolo.bench.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.agent.process.BundleUnpacking;
import dev.tombolo.hub.bundle.Bundles;
import dev.tombolo.hub.bundle.MakingProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Applying a large bundle: in little memory, killed at any segment, beyond 4 GiB.
class BundleProcessTest {
  private final Models models = new Models(5);

  @TempDir private Path folder;

  @Test
  void aLargeModelIsAppliedInLittleMemory() throws IOException, InterruptedException {
    Path base = folder.resolve("base.safetensors");
    Path target = folder.resolve("target.safetensors");
    pair(base, target, 12);
    Path bundle = folder.resolve("bundle");
    Bundles.make(base, target, bundle, _ -> {});
    Path out = folder.resolve("out");

    Process process = ApplyProcess.start("24m", base, bundle, out);
    process.getInputStream().readAllBytes();

    assertThat(process.waitFor()).isZero();
    assertThat(out).hasSameBinaryContentAs(target);
  }

  @Test
  void whoeverIsKilledLeavesNothingThatTheNextOneDoesNotRemove()
      throws IOException, InterruptedException {
    Path base = folder.resolve("base.safetensors");
    Path target = folder.resolve("target.safetensors");
    pair(base, target, 4);
    Path bundle = folder.resolve("bundle");
    Bundles.make(base, target, bundle, _ -> {});
    Path outs = Files.createDirectory(folder.resolve("outs"));
    Path out = Files.writeString(outs.resolve("model"), "the version before");
    Random random = new Random(3);

    for (int round = 0; round < 6; round++) {
      Process process = ApplyProcess.start("64m", base, bundle, out);
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        for (int segment = random.nextInt(5); segment >= 0; segment--) {
          assertThat(lines.readLine()).isEqualTo("segment");
        }
        process.destroyForcibly().waitFor();
      }
      assertThat(out)
          .satisfiesAnyOf(
              it -> assertThat(it).hasContent("the version before"),
              it -> assertThat(it).hasSameBinaryContentAs(target));
    }
    BundleApply.apply(base, bundle, BundleApply.Wanted.byPaths(out), _ -> {}, _ -> {});

    assertThat(out).hasSameBinaryContentAs(target);
    try (Stream<Path> left = Files.list(outs)) {
      assertThat(left).containsExactly(out);
    }
  }

  /// In the heap that the launcher gives it.
  @Test
  void aBundleAtTheBoundsOfTheFormatIsApplied() throws IOException, InterruptedException {
    Path bundle = folder.resolve("bundle");
    long makes = LargestBundle.write(bundle);
    Path out = folder.resolve("out");

    Process process = ApplyProcess.startAsAnAgentDoes("64m", bundle, out, makes);
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    try (Stream<Path> made = Files.list(out)) {
      assertThat(made).hasSize(2);
    }
  }

  /// No other try would end otherwise, so the agent is told to take another way, and in words.
  @Test
  void aBundleThatTakesTooMuchMemoryIsRefusedForGood() throws IOException, InterruptedException {
    Path bundle = folder.resolve("bundle");
    long makes = LargestBundle.write(bundle);
    Path out = folder.resolve("out");

    Process process = ApplyProcess.startAsAnAgentDoes("48m", bundle, out, makes);
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isEqualTo(BundleUnpacking.EXIT_BUNDLE_REFUSED);
    assertThat(said).contains("it takes more than the", "MiB of memory");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(bundle);
    }
  }

  @Test
  @Tag("slow")
  void filesBeyondFourGibibytesWorkAndStaySparse() throws IOException, InterruptedException {
    Path base = folder.resolve("base");
    Path target = folder.resolve("target");
    sparse(base, 5L << 30, "begin", "end");
    sparse(target, (5L << 30) + 4096, "BEGIN", "the end");
    Path bundle = folder.resolve("bundle");
    Path out = folder.resolve("out");

    Bundles.make(base, target, bundle, _ -> {});
    BundleApply.apply(base, bundle, BundleApply.Wanted.byPaths(out), _ -> {}, _ -> {});

    assertThat(Files.mismatch(out, target)).isEqualTo(-1);
    assertThat(Files.size(bundle)).isLessThan(200_000);
  }

  /// Of a format that nobody reads: what the hub has memory for does not depend on that. Its 768 MB
  /// once ended at 100 MB of such a model; here a sixth of them has to do for a third.
  @Test
  @Tag("slow")
  void aQuantizedModelIsMadeInABoundedHeap() throws IOException, InterruptedException {
    Path base = folder.resolve("base");
    Path target = folder.resolve("target");
    halves(base, target, 33_000_000);
    Path bundle = folder.resolve("bundle");
    Path out = folder.resolve("out");

    Process making = making("128m", base, target, bundle);
    making.getInputStream().readAllBytes();

    assertThat(making.waitFor()).isZero();
    BundleApply.apply(base, bundle, BundleApply.Wanted.byPaths(out), _ -> {}, _ -> {});

    assertThat(Files.mismatch(out, target)).isEqualTo(-1);
    assertThat(Files.size(bundle)).isLessThan(Files.size(target) * 35 / 1000);
  }

  /// As [dev.tombolo.hub.bundle.BundleMaker] starts it, on two cores: each codes a segment.
  private static Process making(String heap, Path base, Path target, Path bundle)
      throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-Xmx" + heap,
            "-XX:+UseSerialGC",
            "-XX:ActiveProcessorCount=2",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            MakingProcess.class.getName(),
            base.toString(),
            target.toString(),
            bundle.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /// Weights of 4 bits, two in a byte, moved by 1 % of their sigma.
  private static void halves(Path base, Path target, int bytes) throws IOException {
    Random random = new Random(8);
    double[] weights = random.doubles(1 << 16).map(it -> random.nextGaussian()).toArray();
    double[] steps = random.doubles(1 << 16).map(it -> random.nextGaussian() * 0.01).toArray();
    byte[] old = new byte[1 << 20];
    byte[] fresh = new byte[1 << 20];
    try (OutputStream before = Files.newOutputStream(base);
        OutputStream after = Files.newOutputStream(target)) {
      for (int done = 0; done < bytes; done += old.length) {
        for (int i = 0; i < old.length; i++) {
          int drawn = random.nextInt();
          int moves = random.nextInt();
          double low = weights[drawn & 0xffff];
          double high = weights[drawn >>> 16];
          old[i] = (byte) (half(low) | half(high) << 4);
          fresh[i] =
              (byte) (half(low + steps[moves & 0xffff]) | half(high + steps[moves >>> 16]) << 4);
        }
        int length = Math.min(old.length, bytes - done);
        before.write(old, 0, length);
        after.write(fresh, 0, length);
      }
    }
  }

  private static int half(double weight) {
    return Math.clamp(Math.round(weight * 2), -8, 7) & 15;
  }

  private void pair(Path base, Path target, int tensors) throws IOException {
    Map<String, Models.Tensor> old = Models.tensors();
    Map<String, Models.Tensor> fresh = Models.tensors();
    for (int i = 0; i < tensors; i++) {
      float[] weights = models.weights(1_500_000);
      old.put("t" + i, new Models.Tensor("BF16", Models.as("BF16", weights)));
      fresh.put("t" + i, new Models.Tensor("BF16", Models.as("BF16", models.moved(weights, 0.01))));
    }
    Models.safetensors(base, "", old);
    Models.safetensors(target, "", fresh);
  }

  private static void sparse(Path path, long size, String begin, String end) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
      file.writeBytes(begin);
      // Over and behind the borders of what 31 and 32 bits count.
      for (long border : new long[] {1L << 31, 1L << 32}) {
        file.seek(border - 3);
        file.writeBytes("border");
        file.seek(border + 1_000_003);
        file.writeBytes(begin);
      }
      file.seek(size - end.length());
      file.writeBytes(end);
    }
  }
}
