package dev.tombolo.bench.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.PATH;

import com.github.luben.zstd.Zstd;
import dev.tombolo.agent.bundle.ApplyException;
import dev.tombolo.agent.bundle.BaseException;
import dev.tombolo.agent.bundle.BaseLinks;
import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.hub.bundle.Bundles;
import dev.tombolo.hub.bundle.Links;
import dev.tombolo.hub.bundle.Permissions;
import dev.tombolo.hub.bundle.UnfitException;
import dev.tombolo.protocol.bundle.BundleException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bundles that the hub's side makes, applied by the agent's.
@Tag("slow")
class BundleTest {
  private static final int WEIGHTS = 120_000;

  /// Header, digests: what a bundle of a megabyte or two has, whatever is in it.
  private static final int FIXED = 320;

  private final Models models = new Models(42);

  @TempDir private Path folder;

  /// The bounds, in percent of the target, are a little above what was measured.
  @ParameterizedTest
  @CsvSource({
    "F32, 78",
    "BF16, 34",
    "F16, 50",
    "I32, 78",
    "I16, 55",
    "I8, 25",
    "U8, 40",
    "I64, 60",
    "F64, 79"
  })
  void movedWeightsOfEveryTypeComeBack(String dtype, int percentMax)
      throws IOException, InterruptedException {
    Path base = folder.resolve("base.safetensors");
    Path target = folder.resolve("target.safetensors");
    Map<String, Models.Tensor> old = Models.tensors();
    Map<String, Models.Tensor> fresh = Models.tensors();
    for (int layer = 0; layer < 3; layer++) {
      float[] weights = models.weights(WEIGHTS);
      float[] bias = models.weights(77);
      old.put("layer" + layer + ".bias", new Models.Tensor(dtype, Models.as(dtype, bias)));
      old.put("layer" + layer, new Models.Tensor(dtype, Models.as(dtype, weights)));
      fresh.put(
          "layer" + layer + ".bias",
          new Models.Tensor(dtype, Models.as(dtype, models.moved(bias, 0.01))));
      fresh.put(
          "layer" + layer, new Models.Tensor(dtype, Models.as(dtype, models.moved(weights, 0.01))));
    }
    Models.safetensors(base, "one", old);
    Models.safetensors(target, "number two", fresh);

    long bytes = roundTrip(base, target);

    assertThat(bytes).isLessThan(Files.size(target) * percentMax / 100);
  }

  @Test
  void anOnnxModelIsCutAtItsTensorsAndRenumberedOnesAreFound()
      throws IOException, InterruptedException {
    Map<String, float[]> old = new LinkedHashMap<>();
    Map<String, float[]> fresh = new LinkedHashMap<>();
    for (int i = 0; i < 6; i++) {
      float[] weights = models.weights(40_000);
      old.put("onnx::MatMul_" + (100 + i), weights);
      fresh.put("onnx::MatMul_" + (230 + i), models.moved(weights, 0.0001));
    }
    Path base = folder.resolve("base.onnx");
    Path target = folder.resolve("target.onnx");
    Models.onnx(base, old);
    Models.onnx(target, fresh);

    assertThat(roundTrip(base, target)).isLessThan(Files.size(target) * 60 / 100);
  }

  @ParameterizedTest
  @CsvSource({"F32, F16", "F32, BF16", "F16, F32", "BF16, F32"})
  void theSameModelAsAnotherFloatTypeCostsHardlyAnything(String oldType, String freshType)
      throws IOException, InterruptedException {
    Map<String, Models.Tensor> old = Models.tensors();
    Map<String, Models.Tensor> fresh = Models.tensors();
    for (int layer = 0; layer < 3; layer++) {
      float[] weights = models.weights(WEIGHTS + layer);
      float[] known = Models.rounded(oldType, weights);
      byte[] there = Models.as(oldType, known);
      byte[] here = Models.rounding(freshType, known);
      old.put("layer" + layer, new Models.Tensor(oldType, there, known.length));
      fresh.put("layer" + layer, new Models.Tensor(freshType, here, known.length));
    }
    Path base = folder.resolve("base.safetensors");
    Path target = folder.resolve("target.safetensors");
    Models.safetensors(base, "", old);
    Models.safetensors(target, "", fresh);

    assertThat(roundTrip(base, target)).isLessThan(2_000);
  }

  /// Nothing tells where the weights are, and they are not where they were.
  @ParameterizedTest
  @CsvSource({"F32, 78", "BF16, 36", "F16, 52", "I8, 27"})
  void movedWeightsAreFoundInAFormatThatNobodyKnows(String dtype, int percentMax)
      throws IOException, InterruptedException {
    ByteArrayOutputStream old = new ByteArrayOutputStream();
    ByteArrayOutputStream fresh = new ByteArrayOutputStream();
    fresh.write(models.bytes(30_001));
    for (int layer = 0; layer < 4; layer++) {
      float[] weights = models.weights(WEIGHTS);
      old.write(text(layer, 333));
      old.write(Models.as(dtype, weights));
      fresh.write(text(layer + 10, 250 + 111 * layer));
      fresh.write(Models.as(dtype, models.moved(weights, 0.01)));
    }
    Path base = file("base", old.toByteArray());
    Path target = file("target", fresh.toByteArray());

    assertThat(roundTrip(base, target))
        .isLessThan(30_001 + (Files.size(target) - 30_001) * percentMax / 100);
  }

  /// As `numpy.save` has them, whose default they are: nothing moves but the weights.
  @Test
  void doublesThatMovedAreFoundWhereTheyWereInAFormatThatNobodyKnows()
      throws IOException, InterruptedException {
    float[] weights = models.weights(WEIGHTS);
    ByteArrayOutputStream old = new ByteArrayOutputStream();
    ByteArrayOutputStream fresh = new ByteArrayOutputStream();
    old.write(text(1, 128));
    old.write(Models.as("F64", weights));
    fresh.write(text(1, 128));
    fresh.write(Models.as("F64", models.moved(weights, 0.01)));
    Path base = file("base", old.toByteArray());
    Path target = file("target", fresh.toByteArray());

    assertThat(roundTrip(base, target)).isLessThan(Files.size(target) * 79 / 100);
  }

  /// Where no format says what is a tensor and of which type, and without its name.
  @ParameterizedTest
  @CsvSource({"F32, F16", "F32, BF16", "F16, F32", "BF16, F32"})
  void theSameNumbersOfAnotherTypeAreFoundInAFormatThatNobodyKnows(String oldType, String newType)
      throws IOException, InterruptedException {
    ByteArrayOutputStream old = new ByteArrayOutputStream();
    List<byte[]> fresh = new ArrayList<>();
    for (int layer = 0; layer < 3; layer++) {
      float[] known = Models.rounded(oldType, models.weights(WEIGHTS));
      old.write(models.bytes(101 + layer));
      old.write(Models.as(oldType, known));
      fresh.add(Models.rounding(newType, known));
    }
    ByteArrayOutputStream inAnotherOrder = new ByteArrayOutputStream();
    for (byte[] tensor : fresh.reversed()) {
      inAnotherOrder.write(models.bytes(33));
      inAnotherOrder.write(tensor);
    }
    Path base = file("base", old.toByteArray());
    Path target = file("target", inAnotherOrder.toByteArray());

    long bytes = roundTrip(base, target);

    assertThat(bytes).isLessThan(Files.size(target) / 100);
  }

  /// They were F32, so that what stands behind their fraction is zeros, in any two of them.
  @Test
  void doublesOfFloatsAreFoundInAnotherOrder() throws IOException, InterruptedException {
    List<byte[]> old = new ArrayList<>();
    List<byte[]> fresh = new ArrayList<>();
    for (int layer = 0; layer < 3; layer++) {
      float[] weights = models.weights(WEIGHTS);
      old.add(doubles(weights));
      fresh.add(doubles(models.moved(weights, 0.01)));
    }
    Path base = file("base", joined(old));
    Path target = file("target", joined(fresh.reversed()));

    long bytes = roundTrip(base, target);

    assertThat(bytes).isLessThan(Files.size(target) * 37 / 100);
  }

  private static byte[] doubles(float[] weights) {
    ByteBuffer out = ByteBuffer.allocate(8 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float weight : weights) {
      out.putDouble(weight);
    }
    return out.array();
  }

  private static byte[] joined(List<byte[]> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    parts.forEach(all::writeBytes);
    return all.toByteArray();
  }

  /// As zstd has it that knows all of the base: a number's bits would be 44 and 39 percent.
  @ParameterizedTest
  @CsvSource({"F32, 9", "BF16, 25"})
  void prunedWeightsCostWhereTheZerosAre(String dtype, int percentMax)
      throws IOException, InterruptedException {
    float[] weights = models.weights(6 * WEIGHTS);
    float[] pruned = weights.clone();
    for (int i = 0; i < pruned.length; i++) {
      pruned[i] = Math.abs(pruned[i]) < 0.0135f ? 0 : pruned[i];
    }
    Map<String, Models.Tensor> old = Models.tensors();
    Map<String, Models.Tensor> fresh = Models.tensors();
    old.put("layer", new Models.Tensor(dtype, Models.as(dtype, weights)));
    fresh.put("layer", new Models.Tensor(dtype, Models.as(dtype, pruned)));
    Path base = folder.resolve("base.safetensors");
    Path target = folder.resolve("target.safetensors");
    Models.safetensors(base, "", old);
    Models.safetensors(target, "", fresh);

    long bytes = roundTrip(base, target);

    assertThat(bytes).isLessThan(Files.size(target) * percentMax / 100);
  }

  /// Most of their bytes are the base's, as where weights were pruned, but the others are no zeros:
  /// as strings they would be 4.5 percent.
  @Test
  void packedWeightsThatHardlyMovedAreNoStringsInAFormatThatNobodyKnows()
      throws IOException, InterruptedException {
    float[] weights = models.weights(36 * WEIGHTS);
    Path base = file("base", halves(weights));
    Path target = file("target", halves(models.moved(weights, 0.01)));

    long bytes = roundTrip(base, target);

    assertThat(bytes).isLessThan(Files.size(target) * 35 / 1000);
  }

  /// A difference there costs no more than its byte: as strings they would be 36 percent.
  @Test
  void bytesThatBecameZeroAreNoStringsInAFormatThatNobodyKnows()
      throws IOException, InterruptedException {
    byte[] weights = Models.as("I8", models.weights(16 * WEIGHTS));
    byte[] drawn = models.bytes(weights.length);
    byte[] pruned = weights.clone();
    for (int i = 0; i < pruned.length; i++) {
      pruned[i] = (drawn[i] & 0xff) < 77 ? 0 : pruned[i];
    }

    long bytes = roundTrip(file("base", weights), file("target", pruned));

    assertThat(bytes).isLessThan(pruned.length * 29 / 100);
  }

  /// The upper halves are zeros in any two of them, which is a likeness all the same.
  @Test
  void smallNumbersThatMovedFarAreFoundInAFormatThatNobodyKnows()
      throws IOException, InterruptedException {
    byte[] old = models.bytes(10 * WEIGHTS);
    byte[] moves = models.bytes(old.length);
    byte[] fresh = new byte[old.length];
    for (int i = 0; i < old.length; i++) {
      old[i] &= 15;
      fresh[i] = (byte) (old[i] + (moves[i] < 0 ? 3 : -3) & 15);
    }

    long bytes = roundTrip(file("base", old), file("target", fresh));

    assertThat(bytes).isLessThan(old.length * 30 / 100);
  }

  /// Of 4 bits, two in a byte, of which one is half a sigma.
  private static byte[] halves(float[] weights) {
    byte[] halves = new byte[weights.length / 2];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = (byte) (half(weights[2 * i]) | half(weights[2 * i + 1]) << 4);
    }
    return halves;
  }

  private static int half(float weight) {
    return Math.clamp(Math.round(weight * 100), -8, 7) & 15;
  }

  @Test
  void tensorsOfOtherNamesInAnotherOrderAndFileAreFound() throws IOException, InterruptedException {
    Map<String, Models.Tensor> old = Models.tensors();
    List<Models.Tensor> fresh = new ArrayList<>();
    for (int layer = 0; layer < 8; layer++) {
      float[] weights = models.weights(WEIGHTS);
      old.put("layer" + layer, new Models.Tensor("BF16", Models.as("BF16", weights)));
      fresh.add(new Models.Tensor("BF16", Models.as("BF16", models.moved(weights, 0.01))));
    }
    Path base = Files.createDirectory(folder.resolve("base"));
    Models.safetensors(base.resolve("model.safetensors"), "", old);
    Path target = Files.createDirectory(folder.resolve("target"));
    for (int shard = 0; shard < 2; shard++) {
      Map<String, Models.Tensor> part = Models.tensors();
      for (int i = 0; i < 4; i++) {
        part.put("h." + (3 * i + shard) % 8, fresh.get((7 - 3 * i - shard + 8) % 8));
      }
      Models.safetensors(target.resolve("model-" + shard + ".safetensors"), "", part);
    }

    Path bundle = folder.resolve("bundle");
    Bundles.make(base, target, bundle, _ -> {});
    apply(base, bundle, folder.resolve("out"));

    assertThat(contents(folder.resolve("out"))).isEqualTo(contents(target));
    assertThat(Files.size(bundle)).isLessThan(8L * 2 * WEIGHTS * 36 / 100);
  }

  /// What they resemble would not find them: the numbers are of another type.
  @Test
  void tensorsThatMovedToAnotherShardAreFoundByName() throws IOException, InterruptedException {
    Path base = Files.createDirectory(folder.resolve("base"));
    Path target = Files.createDirectory(folder.resolve("target"));
    Map<String, Models.Tensor> old = Models.tensors();
    Map<String, Models.Tensor> fresh = Models.tensors();
    for (int layer = 0; layer < 6; layer++) {
      float[] weights = models.weights(WEIGHTS);
      old.put("layer" + layer, new Models.Tensor("F32", Models.as("F32", weights), WEIGHTS));
      fresh.put(
          "layer" + layer, new Models.Tensor("F16", Models.rounding("F16", weights), WEIGHTS));
      if (layer % 3 == 2) {
        Models.safetensors(base.resolve("model-" + layer + "-of-2.safetensors"), "", old);
        old.clear();
      }
      if (layer % 2 == 1) {
        Models.safetensors(target.resolve("model-" + layer + "-of-3.safetensors"), "", fresh);
        fresh.clear();
      }
    }

    Path bundle = folder.resolve("bundle");
    Bundles.make(base, target, bundle, _ -> {});
    apply(base, bundle, folder.resolve("out"));

    assertThat(contents(folder.resolve("out"))).isEqualTo(contents(target));
    assertThat(Files.size(bundle)).isLessThan(3_000);
  }

  /// A pipeline of models has tensors of the same names in several files.
  @Test
  void ofTensorsOfOneNameTheLikeOneIsTaken() throws IOException, InterruptedException {
    Path base = Files.createDirectory(folder.resolve("base"));
    Path target = Files.createDirectory(folder.resolve("target"));
    float[] weights = models.weights(WEIGHTS);
    byte[] later = Models.as("BF16", models.moved(weights, 0.01));
    bf16(base.resolve("a.safetensors"), "layer", Models.as("BF16", models.weights(WEIGHTS)));
    bf16(base.resolve("b.safetensors"), "layer", Models.as("BF16", weights));
    bf16(base.resolve("c.safetensors"), "other", Models.as("BF16", models.weights(99)));
    bf16(target.resolve("c.safetensors"), "layer", later);

    Path bundle = folder.resolve("bundle");
    Bundles.make(base, target, bundle, _ -> {});
    apply(base, bundle, folder.resolve("out"));

    assertThat(contents(folder.resolve("out"))).isEqualTo(contents(target));
    assertThat(Files.size(bundle)).isLessThan(2L * WEIGHTS * 34 / 100);
  }

  private static void bf16(Path file, String name, byte[] weights) throws IOException {
    Map<String, Models.Tensor> tensors = Models.tensors();
    tensors.put(name, new Models.Tensor("BF16", weights));
    Models.safetensors(file, "", tensors);
  }

  @Test
  void oneTensorMoreCostsHardlyMoreThanItself() throws IOException, InterruptedException {
    Map<String, Models.Tensor> old = Models.tensors();
    for (int i = 0; i < 8; i++) {
      old.put("layer" + i, new Models.Tensor("BF16", Models.as("BF16", models.weights(WEIGHTS))));
    }
    Map<String, Models.Tensor> fresh = Models.tensors();
    fresh.put("adapter", new Models.Tensor("BF16", Models.as("BF16", models.weights(20_000))));
    fresh.putAll(old);
    Path base = folder.resolve("base.safetensors");
    Path target = folder.resolve("target.safetensors");
    Models.safetensors(base, "", old);
    Models.safetensors(target, "", fresh);

    assertThat(roundTrip(base, target)).isLessThan(40_000);
  }

  /// As a download writes it: in pieces, once begun anew, at last renamed.
  @Test
  void aBundleIsAppliedWhileItComes() throws IOException, InterruptedException {
    Path base = file("base", models.bytes(9_000_000));
    Path target = file("target", models.bytes(9_000_000));
    Path made = folder.resolve("made");
    Bundles.make(base, target, made, _ -> {});
    byte[] bytes = Files.readAllBytes(made);
    Path whole = folder.resolve("bundle");
    Path part = Files.write(folder.resolve("bundle.part"), Arrays.copyOf(bytes, 5));
    Path out = folder.resolve("out");
    AtomicReference<@Nullable IOException> broken = new AtomicReference<>();
    Thread applying =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    BundleApply.applyComing(
                        base,
                        whole,
                        bytes.length,
                        BundleApply.Wanted.byDigests(out, OptionalLong.of(9_000_000)));
                  } catch (IOException e) {
                    broken.set(e);
                  }
                });

    for (int have = 100_000; have < bytes.length; have += 900_000) {
      Files.write(part, Arrays.copyOf(bytes, have));
      if (have > 3_000_000 && have < 4_000_000) {
        Files.write(part, Arrays.copyOf(bytes, 10));
      }
    }
    Files.write(part, bytes);
    Files.move(part, whole);
    applying.join();

    assertThat(broken.get()).isNull();
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.toList()).singleElement(PATH).hasSameBinaryContentAs(target);
    }
  }

  @Test
  void aBundleThatDoesNotComeAnyMoreIsGivenUp() throws IOException {
    Path base = file("base", models.bytes(10));
    Path never = folder.resolve("bundle");

    assertThatExceptionOfType(ApplyException.class)
        .isThrownBy(
            () ->
                BundleApply.applyComing(
                    base,
                    never,
                    100,
                    BundleApply.Wanted.byDigests(folder.resolve("out"), OptionalLong.empty())))
        .withMessageContaining("does not come any more");
  }

  @Test
  void theSameFilesGiveTheSameBundle() throws IOException, InterruptedException {
    Path base = file("base", models.bytes(3_000_000));
    byte[] changed = Files.readAllBytes(base);
    Arrays.fill(changed, 1_000_000, 1_200_000, (byte) 7);
    Path target = file("target", changed);

    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    Bundles.make(base, target, first, _ -> {});
    Bundles.make(base, target, second, _ -> {});

    assertThat(second).hasSameBinaryContentAs(first);
  }

  @Test
  void aFolderComesBackWithMovedEmptyAndExecutableFiles() throws IOException, InterruptedException {
    Path base = Files.createDirectories(folder.resolve("base/lib"));
    Path target = Files.createDirectories(folder.resolve("target/lib"));
    byte[] program = models.bytes(700_000);
    Files.write(base.resolve("a.so"), program);
    Files.write(base.resolve("same.txt"), text(3, 40_000));
    byte[] patched = program.clone();
    Arrays.fill(patched, 300_000, 300_040, (byte) 1);
    Files.write(target.resolve("a.so"), patched);
    Files.write(target.resolve("same.txt"), text(3, 40_000));
    Files.write(target.resolve("modèle.txt"), text(4, 500));
    Files.createFile(target.resolve("empty"));
    Files.createDirectories(target.resolve("moved/deep"));
    Files.write(target.resolve("moved/deep/b.so"), program);
    Path script = Files.writeString(target.resolve("run.sh"), "#!/bin/sh\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();

    Path out = folder.resolve("out");
    Path bundle = folder.resolve("bundle");
    Bundles.make(folder.resolve("base"), folder.resolve("target"), bundle, _ -> {});
    apply(folder.resolve("base"), bundle, out);

    assertThat(contents(out)).isEqualTo(contents(folder.resolve("target")));
    assertThat(out.resolve("lib/run.sh")).isExecutable();
    assertThat(Files.isExecutable(out.resolve("lib/a.so"))).isFalse();
    assertThat(Files.size(bundle)).isLessThan(3_000);
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "7", "31", "4095", "4097"})
  void smallFilesComeBack(int length) throws IOException, InterruptedException {
    Path target = file("target", models.bytes(length));

    roundTrip(null, target);
    roundTrip(file("other", models.bytes(100)), target);
    roundTrip(target, target);
  }

  @Test
  void unlikeDataNeverTakesMoreThanZstd() throws IOException, InterruptedException {
    byte[] mixed = new byte[9_000_000];
    byte[] noise = models.bytes(1_900_000);
    // What repeats at a distance, text, noise, zeros.
    System.arraycopy(noise, 0, mixed, 0, noise.length);
    System.arraycopy(noise, 0, mixed, noise.length, noise.length);
    System.arraycopy(text(5, 3_000_000), 0, mixed, 2 * noise.length, 3_000_000);
    System.arraycopy(models.bytes(1_000_000), 0, mixed, 7_000_000, 1_000_000);
    Path target = file("target", mixed);
    Path base = file("base", models.bytes(9_000_000));

    long plain = Zstd.compress(mixed, 3).length;

    assertThat(roundTrip(base, target)).isLessThan(plain + plain / 200);
    assertThat(roundTrip(null, target)).isLessThan(plain + plain / 200);
  }

  /// Where zeros stand between other bytes, both have much in common, and nothing is gained by it.
  @Test
  void whatIsHardlyAnythingStaysHardlyAnything() throws IOException, InterruptedException {
    byte[] sparse = new byte[4_000_000];
    Random random = new Random(6);
    for (int at = 0; at < sparse.length; at += 1 + random.nextInt(99)) {
      sparse[at] = (byte) (1 + random.nextInt(255));
    }

    assertThat(roundTrip(file("base", sparse), file("target", new byte[4_000_000])))
        .isLessThan(2 * FIXED);
    assertThat(roundTrip(file("base", new byte[4_000_000]), file("target", sparse)))
        .isLessThan(Zstd.compress(sparse, 3).length);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void drawnDataNeverTakesMoreThanZstd(long seed) throws IOException, InterruptedException {
    OddData odd = new OddData(seed);
    for (int i = 0; i < 3; i++) {
      byte[] older = odd.drawn();
      byte[] fresh = odd.madeOf(older);
      long plain = Zstd.compress(fresh, 3).length;

      long bytes = roundTrip(file("base", older), file("target", fresh));

      assertThat(bytes).as(odd.said()).isLessThan(plain + plain / 200 + FIXED);
    }
  }

  /// Many more pieces than the table has room for.
  @Test
  void changesAllOverALargeFileAreNotRefused() throws IOException, InterruptedException {
    byte[] old = new byte[70_000_000];
    Random random = new Random(12);
    for (int at = 0; at < old.length; at++) {
      old[at] = (byte) (at % 24 == 23 ? '\n' : 'a' + random.nextInt(26));
    }
    byte[] fresh = old.clone();
    for (int at = 0; at + 24 < fresh.length; at += 24) {
      int field = at + 4 + random.nextInt(4);
      for (int i = 0; i < 4; i++) {
        fresh[field + i] = (byte) ('0' + random.nextInt(10));
      }
    }

    long bytes = roundTrip(file("base", old), file("target", fresh));

    assertThat(bytes).isLessThan(Zstd.compress(fresh, 3).length / 2);
  }

  @Test
  void permissionsAndEmptyFoldersComeBack() throws IOException, InterruptedException {
    Path base = Files.createDirectories(folder.resolve("base"));
    Files.writeString(base.resolve("old"), "words of old");
    Files.createSymbolicLink(base.resolve("link"), Path.of("old"));
    Path target = Files.createDirectories(folder.resolve("target"));
    Files.createDirectories(target.resolve("empty/deep"));
    Files.createDirectories(target.resolve("bin"));
    List<String> modes = List.of("rw-------", "rwx------", "r--r--r--", "rwxrwxr-x", "rw-rw-rw-");
    for (String mode : modes) {
      Path each = Files.writeString(target.resolve("bin/" + mode), mode);
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString(mode));
    }
    Files.setPosixFilePermissions(
        target.resolve("empty/deep"), PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(
        target.resolve("bin"), PosixFilePermissions.fromString("r-xr-x---"));
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
    Path bundle = folder.resolve("bundle");

    Bundles.make(base, target, bundle, Permissions.KEPT, Links.FOLLOWED, _ -> {});
    BundleApply.apply(
        base,
        BaseLinks.FOLLOWED,
        bundle,
        BundleApply.Wanted.byPaths(folder.resolve("out")),
        _ -> {},
        _ -> {});

    assertThat(permissions(folder.resolve("out"))).isEqualTo(permissions(target));
    assertThat(contents(folder.resolve("out"))).isEqualTo(contents(target));
  }

  /// As the cache of the Hugging Face Hub has them: what comes of a base of links by a bundle is
  /// plain files, each with the permissions of the file, not of the link.
  @Test
  void snapshotsOfLinksComeBackAsFiles() throws IOException, InterruptedException {
    byte[] content = models.bytes(200_000);
    Path base = snapshot("1", content);
    content[100_000]++;
    Path target = snapshot("2", content);
    Files.setPosixFilePermissions(
        target.resolve("model").toRealPath(), PosixFilePermissions.fromString("rw-r-----"));
    Path bundle = folder.resolve("bundle");
    Path out = folder.resolve("out");

    Bundles.make(base, target, bundle, Permissions.KEPT, Links.FOLLOWED, _ -> {});
    BundleApply.Wanted wanted = BundleApply.Wanted.byPaths(out);
    BundleApply.apply(base, BaseLinks.FOLLOWED, bundle, wanted, _ -> {}, _ -> {});

    assertThat(Files.isSymbolicLink(out.resolve("model"))).isFalse();
    assertThat(out.resolve("model")).hasBinaryContent(content);
    assertThat(permissions(out)).containsEntry("model", "rw-r-----");
    assertThat(Files.size(bundle)).isLessThan(2_000);
    assertThatExceptionOfType(BaseException.class)
        .describedAs("a release on a device has no links")
        .isThrownBy(() -> apply(base, bundle, folder.resolve("other")))
        .withMessageContaining("model is missing in the base");
  }

  @Test
  void whatALinkOfTheBaseLeadsToIsNotReplaced() throws IOException, InterruptedException {
    byte[] content = models.bytes(200_000);
    Path base = snapshot("1", content);
    Path target = file("target", models.bytes(1_000));
    Path bundle = folder.resolve("bundle");
    Path blob = base.resolve("model").toRealPath();

    Bundles.make(base, target, bundle, Permissions.KEPT, Links.FOLLOWED, _ -> {});

    BundleApply.Wanted wanted = BundleApply.Wanted.byPaths(blob);
    assertThatExceptionOfType(ApplyException.class)
        .isThrownBy(
            () -> BundleApply.apply(base, BaseLinks.FOLLOWED, bundle, wanted, _ -> {}, _ -> {}))
        .withMessageContaining("is a file of the base");
    assertThat(blob).hasBinaryContent(content);
  }

  private Path snapshot(String name, byte[] content) throws IOException {
    Path blob = Files.createDirectories(folder.resolve("cache/blobs")).resolve(name);
    Files.write(blob, content);
    Path snapshot = Files.createDirectories(folder.resolve("cache/snapshots/" + name));
    Files.createSymbolicLink(snapshot.resolve("model"), Path.of("../../blobs/" + name));
    return snapshot;
  }

  @Test
  void aLinkInTheTargetIsRefusedByName() throws IOException {
    Path target = Files.createDirectories(folder.resolve("target"));
    file("v2", models.bytes(10));
    Files.createSymbolicLink(target.resolve("current"), Path.of("../v2"));

    assertThatExceptionOfType(UnfitException.class)
        .isThrownBy(() -> Bundles.make(null, target, folder.resolve("bundle"), _ -> {}))
        .withMessageContaining("current is a link or a device");
  }

  /// What the hub makes has no permissions: agents that do not know them read it.
  @Test
  void aReleaseHasNoPermissions() throws IOException, InterruptedException, BundleException {
    Path target = file("target", models.bytes(100));
    Path bundle = folder.resolve("bundle");

    Bundles.make(null, target, bundle, _ -> {});

    assertThat(Bundles.table(bundle).permissions()).isEmpty();
  }

  @Test
  void whatAKilledMakingLeftIsRemoved() throws IOException, InterruptedException {
    Path target = file("target", models.bytes(100_000));
    Files.writeString(folder.resolve(".other.bundle-making"), "half of a bundle");

    Bundles.make(null, target, folder.resolve("bundle"), _ -> {});

    assertThat(names(folder)).containsExactly("bundle", "target");
  }

  /// While it is made, nothing lies there that somebody would have to remove.
  @Test
  void aMakingHasNoFileOfAnyNameUntilItsEnd() throws IOException, InterruptedException {
    Path target = file("target", models.bytes(5_000_000));
    List<String> seen = new ArrayList<>();

    Bundles.make(
        null,
        target,
        folder.resolve("bundle"),
        _ -> {
          try {
            seen.addAll(names(folder));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });

    assertThat(seen).containsOnly("target");
  }

  private static Map<String, String> permissions(Path of) throws IOException {
    Map<String, String> permissions = new TreeMap<>();
    try (Stream<Path> all = Files.walk(of)) {
      for (Path each : all.toList()) {
        permissions.put(
            of.relativize(each).toString(),
            PosixFilePermissions.toString(Files.getPosixFilePermissions(each)));
      }
    }
    return permissions;
  }

  /// What a file says of its bytes is no reason to take more for them than zstd does.
  @ParameterizedTest
  @ValueSource(strings = {"F32", "BF16", "F16", "I8", "U8", "I32"})
  void tensorsThatAreNoWeightsNeverTakeMoreThanZstd(String dtype)
      throws IOException, InterruptedException {
    Path base = folder.resolve("base.safetensors");
    Path target = folder.resolve("target.safetensors");
    Map<String, Models.Tensor> old = Models.tensors();
    Map<String, Models.Tensor> fresh = Models.tensors();
    byte[] noise = models.bytes(1_200_000);
    byte[] few = models.bytes(2_400_000);
    for (int at = 0; at < few.length; at++) {
      few[at] &= 3;
    }
    byte[] tiled = new byte[2_400_000];
    System.arraycopy(noise, 0, tiled, 0, noise.length);
    System.arraycopy(noise, 0, tiled, noise.length, noise.length);
    byte[] words = Arrays.copyOf(text(3, 2_400_000), 2_400_000);
    old.put("cleared", new Models.Tensor(dtype, few));
    fresh.put("cleared", new Models.Tensor(dtype, new byte[few.length]));
    old.put("tiled", new Models.Tensor(dtype, models.bytes(tiled.length)));
    fresh.put("tiled", new Models.Tensor(dtype, tiled));
    old.put("words", new Models.Tensor(dtype, few));
    fresh.put("words", new Models.Tensor(dtype, words));
    Models.safetensors(base, "one", old);
    Models.safetensors(target, "two", fresh);

    long plain = Zstd.compress(Files.readAllBytes(target), 3).length;

    assertThat(roundTrip(base, target)).isLessThan(plain + plain / 200);
    assertThat(roundTrip(null, target)).isLessThan(plain + plain / 200);
  }

  @Test
  void anotherBaseIsRefusedAndNothingIsLeft() throws IOException, InterruptedException {
    Path base = file("base", models.bytes(500_000));
    byte[] changed = Files.readAllBytes(base);
    changed[250_000]++;
    Path target = file("target", changed);
    Path bundle = folder.resolve("bundle");
    Bundles.make(base, target, bundle, _ -> {});
    Path out = folder.resolve("out");

    Path other = file("other", models.bytes(500_000));
    assertThatExceptionOfType(ApplyException.class)
        .isThrownBy(() -> apply(other, bundle, out))
        .withMessageContaining("not the one that this bundle was made for");
    Path shorter = file("shorter", models.bytes(499_999));
    assertThatExceptionOfType(ApplyException.class)
        .isThrownBy(() -> apply(shorter, bundle, out))
        .withMessageContaining("has 499999 bytes, and 500000 in the base");
    assertThatExceptionOfType(ApplyException.class)
        .isThrownBy(() -> apply(null, bundle, out))
        .withMessageContaining("say --base PATH");

    assertThat(names(folder)).containsExactly("base", "bundle", "other", "shorter", "target");
  }

  @Test
  void aChangedBundleIsRefusedOrGivesTheRightBytes() throws IOException, InterruptedException {
    Path base = folder.resolve("base.safetensors");
    Path target = folder.resolve("target.safetensors");
    Map<String, Models.Tensor> old = Models.tensors();
    Map<String, Models.Tensor> fresh = Models.tensors();
    for (String dtype : List.of("F32", "BF16", "I8", "I32")) {
      float[] weights = models.weights(3000);
      old.put(dtype, new Models.Tensor(dtype, Models.as(dtype, weights)));
      fresh.put(dtype, new Models.Tensor(dtype, Models.as(dtype, models.moved(weights, 0.01))));
    }
    fresh.put("text", new Models.Tensor("U8", text(8, 9000)));
    fresh.put("new", new Models.Tensor("F32", Models.as("F32", models.weights(2000))));
    Models.safetensors(base, "", old);
    Models.safetensors(target, "", fresh);
    Path bundle = folder.resolve("bundle");
    Bundles.make(base, target, bundle, _ -> {});
    byte[] good = Files.readAllBytes(bundle);
    byte[] wanted = Files.readAllBytes(target);
    Path out = Files.createDirectory(folder.resolve("out")).resolve("model");

    Random random = new Random(99);
    for (int i = 0; i < 600; i++) {
      Files.write(bundle, mutated(good, random));
      Files.deleteIfExists(out);
      try {
        apply(base, bundle, out);
        assertThat(out).hasBinaryContent(wanted);
      } catch (ApplyException e) {
        assertThat(e.getMessage()).isNotEmpty();
        assertThat(folder.resolve("out")).isEmptyDirectory();
      }
    }
  }

  private static byte[] mutated(byte[] good, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(good, random.nextInt(good.length));
      case 1 -> Arrays.copyOf(good, good.length + 1 + random.nextInt(100));
      default -> {
        byte[] bad = good.clone();
        // Half of the time where the header is.
        int range = random.nextBoolean() ? 400 : bad.length;
        for (int change = random.nextInt(4); change >= 0; change--) {
          bad[random.nextInt(range)] = (byte) random.nextInt(256);
        }
        yield bad;
      }
    };
  }

  private long roundTrip(@Nullable Path base, Path target)
      throws IOException, InterruptedException {
    Path bundle = folder.resolve("round.bundle");
    Path out = folder.resolve("round.out");
    Bundles.make(base, target, bundle, _ -> {});
    apply(base, bundle, out);
    assertThat(out).hasSameBinaryContentAs(target);
    return Files.size(bundle);
  }

  private static void apply(@Nullable Path base, Path bundle, Path out) throws IOException {
    BundleApply.apply(base, bundle, BundleApply.Wanted.byPaths(out), _ -> {}, _ -> {});
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] text(int seed, int length) {
    Random random = new Random(seed);
    String[] words = {"shop ", "counter ", "people ", "tide ", "island ", "model ", "\n", "line "};
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append(words[random.nextInt(words.length)]).append(random.nextInt(1000));
    }
    return text.substring(0, length).getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new LinkedHashMap<>();
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(Files::isRegularFile).sorted().forEach(files::add);
    }
    for (Path file : files) {
      contents.put(
          folder.relativize(file).toString(),
          new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
    }
    return contents;
  }
}
