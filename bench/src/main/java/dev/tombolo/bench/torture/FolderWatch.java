package dev.tombolo.bench.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Sees files come into a folder the moment they do (inotify), for states that last a few
/// milliseconds.
final class FolderWatch implements AutoCloseable {
  private final WatchService watcher;

  FolderWatch(Path folder) throws IOException {
    Files.createDirectories(folder);
    watcher = folder.getFileSystem().newWatchService();
    folder.register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
  }

  /// Waits for a name that has come since the watch began, or since the last name told.
  ///
  /// @return false when the time is up
  boolean await(Predicate<String> wanted, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      WatchKey key = watcher.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (key == null) {
        return false;
      }
      boolean seen = false;
      for (WatchEvent<?> event : key.pollEvents()) {
        seen |= event.context() instanceof Path name && wanted.test(name.toString());
      }
      key.reset();
      if (seen) {
        return true;
      }
    }
  }

  @Override
  public void close() throws IOException {
    watcher.close();
  }
}
