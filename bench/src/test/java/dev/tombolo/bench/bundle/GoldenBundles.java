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
    Path castBase = folder.resolve("cast-base.safetensors");
    Path castTarget = folder.resolve("cast-target.safetensors");
    casts(castBase, castTarget);
    Bundles.make(castBase, castTarget, folder.resolve("cast.bundle"), _ -> {});
  }

  /// Every cast, of weights that moved.
  private static void casts(Path base, Path target) throws IOException {
    Models models = new Models(2);
    Map<String, Models.Tensor> old = Models.tensors();
    Map<String, Models.Tensor> fresh = Models.tensors();
    List<List<String>> all =
        List.of(
            List.of("F32", "F16"),
            List.of("F32", "BF16"),
            List.of("F16", "F32"),
            List.of("BF16", "F32"));
    for (List<String> types : all) {
      float[] weights = models.weights(500);
      byte[] there = Models.rounding(types.getFirst(), weights);
      byte[] here = Models.rounding(types.getLast(), models.moved(weights, 0.001));
      String name = String.join(" to ", types);
      old.put(name, new Models.Tensor(types.getFirst(), there, 500));
      fresh.put(name, new Models.Tensor(types.getLast(), here, 500));
    }
    Models.safetensors(base, "first", old);
    Models.safetensors(target, "other types", fresh);
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
