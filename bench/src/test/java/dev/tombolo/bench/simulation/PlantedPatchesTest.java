package dev.tombolo.bench.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A planted fault whose patch does not fit any more shows nothing.
class PlantedPatchesTest {
  private static final Path ROOT = Path.of("..");

  /// Lines around a change that need not be there, as for `patch`.
  private static final int FUZZ = 2;

  static List<Path> patches() throws IOException {
    try (Stream<Path> there = Files.list(ROOT.resolve("bench/planted"))) {
      return there.filter(it -> it.toString().endsWith(".patch")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("patches")
  void fits(Path patch) throws IOException {
    List<String> file = List.of();
    List<String> hunk = new ArrayList<>();
    int hunks = 0;
    for (String line : Files.readAllLines(patch)) {
      if (line.startsWith("--- a/") || line.startsWith("@@")) {
        assertThat(fits(hunk, file)).as("%s", hunk).isTrue();
        hunk.clear();
      }
      if (line.startsWith("--- a/")) {
        file = Files.readAllLines(ROOT.resolve(line.substring("--- a/".length())));
      } else if (line.startsWith("@@")) {
        hunks++;
      } else if (line.startsWith(" ") || line.startsWith("-")) {
        hunk.add(line);
      }
    }
    assertThat(fits(hunk, file)).as("%s", hunk).isTrue();
    assertThat(hunks).isPositive();
  }

  /// @param hunk lines that stay, with a space before them, and lines that go
  private static boolean fits(List<String> hunk, List<String> file) {
    List<String> before = hunk.stream().map(line -> line.substring(1)).toList();
    for (int fuzz = 0; fuzz <= FUZZ; fuzz++) {
      int from = Math.min(fuzz, around(hunk));
      int to = before.size() - Math.min(fuzz, around(hunk.reversed()));
      if (to >= from && Collections.indexOfSubList(file, before.subList(from, to)) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static int around(List<String> hunk) {
    return (int) hunk.stream().takeWhile(line -> line.startsWith(" ")).count();
  }
}
