package dev.tombolo.hub.daemon;

import dev.tombolo.hub.core.HubSettings;
import dev.tombolo.hub.core.WarmUp;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Runs [WarmUp] over a database in a folder of its own, which is gone afterwards. A hub that could
/// not be warmed starts all the same.
final class Warming {
  private static final Logger LOG = System.getLogger(Warming.class.getName());

  private Warming() {}

  static void run(HubSettings settings) {
    try {
      Path folder = Files.createTempDirectory("tombolo-warm-up");
      try (SqliteHubStore scratch = SqliteHubStore.open(folder.resolve("hub.db"))) {
        WarmUp.run(settings, scratch);
      } finally {
        delete(folder);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "not warmed up; the first commands take longer", e);
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }
}
