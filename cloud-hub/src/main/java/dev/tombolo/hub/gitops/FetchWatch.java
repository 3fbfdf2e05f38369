package dev.tombolo.hub.gitops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ProgressMonitor;

/// Ends a fetch that takes too long or brings too much.
final class FetchWatch implements ProgressMonitor {
  /// Objects between two looks at the folder.
  private static final int LOOK_EVERY = 64;

  private final Path folder;
  private final long bytesMax;
  private final long endNanos;
  private int seen;
  private boolean isTooMuch;

  FetchWatch(Path folder, GitBounds bounds) {
    this.folder = folder;
    this.bytesMax = bounds.bytesMax();
    this.endNanos = System.nanoTime() + wholeOf(bounds).toNanos();
  }

  /// All of a fetch, where one answer may take so long.
  static Duration wholeOf(GitBounds bounds) {
    return bounds.timeout().multipliedBy(5);
  }

  boolean isTooMuch() {
    return isTooMuch;
  }

  boolean isTooLong() {
    return System.nanoTime() - endNanos > 0;
  }

  @Override
  public void update(int completed) {
    seen += completed;
    if (seen >= LOOK_EVERY) {
      seen = 0;
      isTooMuch |= bytes(folder) > bytesMax;
    }
  }

  @Override
  public boolean isCancelled() {
    return isTooMuch || isTooLong();
  }

  @Override
  public void start(int totalTasks) {}

  @Override
  public void beginTask(String title, int totalWork) {}

  @Override
  public void endTask() {
    update(LOOK_EVERY);
  }

  @Override
  public void showDuration(boolean enabled) {}

  static long bytes(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      long bytes = 0;
      for (Path file : (Iterable<Path>) all::iterator) {
        bytes += Files.isRegularFile(file) ? sizeOf(file) : 0;
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      // A temporary file that got its name meanwhile; counted by it the next time.
      return 0;
    }
  }
}
