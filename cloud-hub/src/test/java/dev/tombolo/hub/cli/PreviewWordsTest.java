package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.http.api.RolloutPreviewShown;
import dev.tombolo.hub.http.api.RolloutPreviewTooShort;
import dev.tombolo.hub.http.api.RolloutPreviewWave;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What `rollout preview` says.
class PreviewWordsTest {
  private static final int NAMED = 1_000;

  /// @param loading sites that load something; the first thousand are named
  private static RolloutPreviewShown shown(
      int devices, int keeping, int loading, int tooShort, String... waitForYes) {
    Map<String, Long> siteBytes = new HashMap<>();
    List<RolloutPreviewTooShort> worst = new ArrayList<>();
    for (int i = 0; i < Math.min(NAMED, loading); i++) {
      siteBytes.put("store-" + i, 1_000_000L + i);
    }
    for (int i = 0; i < Math.min(NAMED, tooShort); i++) {
      worst.add(new RolloutPreviewTooShort("shop-" + i, "switch", 90_000, 60_000, 2));
    }
    return new RolloutPreviewShown(
        List.of(
            new RolloutPreviewWave(
                "rest", devices, List.of("store-0/till"), devices, 0, 1_000_000, 1, 90_000)),
        devices,
        devices,
        1_000_000,
        90_000,
        1_800_000_000_000L,
        10_000_000,
        loading,
        1,
        0,
        keeping,
        siteBytes,
        tooShort,
        worst,
        List.of(waitForYes),
        null,
        null);
  }

  @Test
  void oneIsNotSpokenOfAsMany() {
    String words = PreviewWords.of(shown(1, 1, 1, 1), false);

    assertThat(words)
        .contains("\n1 device at 1 site, 1.0 MB over all lines. ")
        .contains("\n1 device keeps its files from before: it loads nothing and only switches.\n")
        .contains("\nThe line of 1 site counts as measured.\n")
        .contains("\nMost goes to store-0 1.0 MB.\n")
        .contains("\nAt 1 site a window is too short to do it in one go:\n")
        .doesNotContain("No bundle", "a yes");
  }

  @Test
  void fewSitesAreNamedUnlessAllAreAskedFor() {
    RolloutPreviewShown shown = shown(20, 0, 12, 12, "early", "rest");

    String few = PreviewWords.of(shown, false);
    assertThat(few)
        .contains("\nWaves early, rest wait for a yes; that time is not counted.\n")
        .contains(
            "\nMost goes to store-11 1.0 MB, store-10 1.0 MB, store-9 1.0 MB and 9 more sites.")
        .contains("\n  and 2 more sites; up to 1,000 with --sites or --json\n");
    assertThat(few.lines()).filteredOn(line -> line.startsWith("  shop-")).hasSize(10);

    String all = PreviewWords.of(shown, true);
    assertThat(all).contains("\nBy site:\n  store-11 1.0 MB\n").doesNotContain("more site");
    assertThat(all.lines()).filteredOn(line -> line.startsWith("  store-")).hasSize(12);
    assertThat(all.lines()).filteredOn(line -> line.startsWith("  shop-")).hasSize(12);
  }

  @Test
  void whereTheHubNamesNotAllThatIsSaid() {
    assertThat(PreviewWords.of(shown(2_000, 0, NAMED + 1, NAMED + 2), true))
        .contains("\n  and 1 more site; the hub names the 1000 that load most\n")
        .contains("\n  and 2 more sites; the hub names the worst 1000\n");
  }

  @Test
  void whereNobodyLoadsNoSiteIsNamed() {
    assertThat(PreviewWords.of(shown(2, 2, 0, 0), false)).doesNotContain("Most goes to");
    assertThat(PreviewWords.of(shown(2, 2, 0, 0), true)).doesNotContain("By site");
  }
}
