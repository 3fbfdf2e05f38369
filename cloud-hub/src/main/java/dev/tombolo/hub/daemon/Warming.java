package dev.tombolo.hub.daemon;

import dev.tombolo.hub.core.HubSettings;
import dev.tombolo.hub.core.WarmUp;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Runs [WarmUp] over a database in a folder of its own, which is gone afterwards. A hub that could
/// not be warmed starts all the same.
///
/// A hub of many devices is warmed before it serves. One of few is there a second earlier, since
/// only few wait behind a first command. It is warmed when it has served for a while, and may have
/// grown.
final class Warming implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Warming.class.getName());
  private static final int MANY_DEVICES = 100;
  private static final Duration WHILE = Duration.ofMinutes(5);

  private final ScheduledExecutorService later =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("warm-up").daemon(true).factory());

  private Warming() {}

  /// Returns when the hub may serve.
  static Warming begin(HubSettings settings, int devices) {
    Warming warming = new Warming();
    if (devices < MANY_DEVICES) {
      warming.later.schedule(() -> run(settings), WHILE.toMillis(), TimeUnit.MILLISECONDS);
    } else {
      run(settings);
    }
    warming.later.shutdown();
    return warming;
  }

  private static void run(HubSettings settings) {
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

  /// One that is under way goes on, and ends with its process at the latest.
  @Override
  public void close() {
    later.shutdownNow();
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
