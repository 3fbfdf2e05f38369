package dev.tombolo.bench.bundle;

import dev.tombolo.hub.bundle.Bundles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The golden bundles: a small model that moved, as a change of its base and whole. [#main] writes
/// them anew, for a change of the format that is meant.
public final class GoldenBundles {
  static final Path FOLDER = Path.of("../protocol/src/test/resources/golden/bundle");

  private GoldenBundles() {}

  /// @param args the folder of the golden bundles
  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    Path base = folder.resolve("base.safetensors");
    Path target = folder.resolve("target.safetensors");
    models(base, target);
    Bundles.make(base, target, folder.resolve("change.bundle"), _ -> {});
    Bundles.make(null, target, folder.resolve("whole.bundle"), _ -> {});
  }

  private static void models(Path base, Path target) throws IOException {
    Models models = new Models(1);
    Map<String, Models.Tensor> old = Models.tensors();
    Map<String, Models.Tensor> fresh = Models.tensors();
    for (String dtype : List.of("F32", "BF16", "I32", "I16", "I8", "U8")) {
      float[] weights = models.weights(1500);
      old.put(dtype, new Models.Tensor(dtype, Models.as(dtype, weights)));
      fresh.put(dtype, new Models.Tensor(dtype, Models.as(dtype, models.moved(weights, 0.01))));
    }
    byte[] same = models.bytes(900);
    old.put("same", new Models.Tensor("U8", same));
    fresh.put("same", new Models.Tensor("U8", same));
    fresh.put("new32", new Models.Tensor("F32", Models.as("F32", models.weights(300))));
    fresh.put("new16", new Models.Tensor("BF16", Models.as("BF16", models.weights(300))));
    byte[] words =
        "the tide covers the road twice a day ".repeat(20).getBytes(StandardCharsets.UTF_8);
    fresh.put("words", new Models.Tensor("U8", words));
    Models.safetensors(base, "first", old);
    Models.safetensors(target, "second, moved by one percent", fresh);
  }
}
