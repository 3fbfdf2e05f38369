package dev.tombolo.bench.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.hub.bundle.Bundles;
import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.Piece;
import dev.tombolo.protocol.bundle.PieceKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The golden bundles give the golden target, and are what is made today.
class GoldenBundleTest {
  private static final Path BASE = GoldenBundles.FOLDER.resolve("base.safetensors");
  private static final Path TARGET = GoldenBundles.FOLDER.resolve("target.safetensors");
  private static final Path CHANGE = GoldenBundles.FOLDER.resolve("change.bundle");
  private static final Path CAST_BASE = GoldenBundles.FOLDER.resolve("cast-base.safetensors");
  private static final Path CAST_TARGET = GoldenBundles.FOLDER.resolve("cast-target.safetensors");
  private static final Path CAST = GoldenBundles.FOLDER.resolve("cast.bundle");
  private static final Path WHOLE = GoldenBundles.FOLDER.resolve("whole.bundle");

  @TempDir private Path folder;

  @Test
  void theyGiveTheTarget() throws IOException {
    Path changed = folder.resolve("changed");
    Path whole = folder.resolve("whole");

    BundleApply.apply(BASE, CHANGE, BundleApply.Wanted.byPaths(changed), _ -> {}, _ -> {});
    BundleApply.apply(null, WHOLE, BundleApply.Wanted.byPaths(whole), _ -> {}, _ -> {});

    assertThat(changed).hasSameBinaryContentAs(TARGET);
    assertThat(whole).hasSameBinaryContentAs(TARGET);
  }

  @Test
  void weightsOfAnotherTypeAreCast() throws IOException, InterruptedException, BundleException {
    Path cast = folder.resolve("cast");
    Path made = folder.resolve("made");

    BundleApply.apply(CAST_BASE, CAST, BundleApply.Wanted.byPaths(cast), _ -> {}, _ -> {});
    Bundles.make(CAST_BASE, CAST_TARGET, made, _ -> {});

    assertThat(cast).hasSameBinaryContentAs(CAST_TARGET);
    assertThat(made).hasSameBinaryContentAs(CAST);
    assertThat(Objects.requireNonNull(Bundles.table(CAST).segments().next()).pieces())
        .extracting(Piece::kind)
        .contains(
            PieceKind.FLOAT16_OF_32,
            PieceKind.BFLOAT16_OF_32,
            PieceKind.FLOAT32_OF_16,
            PieceKind.FLOAT32_OF_B16);
  }

  @Test
  void theyAreMadeTheSameToday() throws IOException, InterruptedException {
    Path made = folder.resolve("made");

    Bundles.make(BASE, TARGET, made, _ -> {});
    assertThat(made).hasSameBinaryContentAs(CHANGE);

    Bundles.make(null, TARGET, made, _ -> {});
    assertThat(made).hasSameBinaryContentAs(WHOLE);
  }
}
