package dev.tombolo.bench.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// What came down the shops' lines since it was made.
final class LineBytes {
  private final Town town;
  private final Map<Shop, Long> before = new LinkedHashMap<>();

  private LineBytes(Town town) {
    this.town = town;
  }

  static LineBytes of(Town town, List<Shop> shops) throws IOException {
    LineBytes bytes = new LineBytes(town);
    for (Shop shop : shops) {
      bytes.before.put(shop, shop.line().bytesDown());
    }
    return bytes;
  }

  /// Shows that each line carried no more than so much of the release's files.
  void claimAtMost(double share, ModelVersion model) throws IOException {
    long plain = plainBytes(town.folder().resolve(model.folder()));
    for (Map.Entry<Shop, Long> shop : before.entrySet()) {
      long came = shop.getKey().line().bytesDown() - shop.getValue();
      town.claim(
          String.format(
              Locale.ROOT,
              "%s: %.1f MB on the line for the %.1f MB of %s, %.0f %% saved",
              shop.getKey().name(),
              came / 1e6,
              plain / 1e6,
              model.release(),
              100.0 - 100.0 * came / plain),
          came <= share * plain);
    }
  }

  /// Shows that nothing of the release came.
  void claimLessThan(long bytesMax, ModelVersion model) throws IOException {
    for (Map.Entry<Shop, Long> shop : before.entrySet()) {
      long came = shop.getKey().line().bytesDown() - shop.getValue();
      town.claim(
          String.format(
              Locale.ROOT,
              "%s: %.0f kB on the line, nothing of %s",
              shop.getKey().name(),
              came / 1e3,
              model.release()),
          came < bytesMax);
    }
  }

  private static long plainBytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> !file.endsWith("release.yaml"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }
}
