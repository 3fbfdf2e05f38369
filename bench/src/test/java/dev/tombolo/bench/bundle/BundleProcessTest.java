package dev.tombolo.bench.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.hub.bundle.Bundles;
import java.io.BufferedReader;
import java.io.IOException;
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

/// Applying a large bundle: in little memory, killed at any segment, beyond 2 GiB.
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

  @Test
  @Tag("slow")
  void filesBeyondTwoGibibytesWorkAndStaySparse() throws IOException, InterruptedException {
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
      file.seek(3L << 30);
      file.writeBytes("in the middle");
      file.seek(size - end.length());
      file.writeBytes(end);
    }
  }
}
