package dev.tombolo.bench.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.hub.bundle.Bundles;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The golden bundles give the golden target, and are what is made today.
class GoldenBundleTest {
  private static final Path BASE = GoldenBundles.FOLDER.resolve("base.safetensors");
  private static final Path TARGET = GoldenBundles.FOLDER.resolve("target.safetensors");
  private static final Path CHANGE = GoldenBundles.FOLDER.resolve("change.bundle");
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
  void theyAreMadeTheSameToday() throws IOException, InterruptedException {
    Path made = folder.resolve("made");

    Bundles.make(BASE, TARGET, made, _ -> {});
    assertThat(made).hasSameBinaryContentAs(CHANGE);

    Bundles.make(null, TARGET, made, _ -> {});
    assertThat(made).hasSameBinaryContentAs(WHOLE);
  }
}
