package dev.tombolo.hub.gitops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.jspecify.annotations.Nullable;

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

  /// What comes and goes meanwhile counts or not.
  static long bytes(Path folder) {
    long[] bytes = new long[1];
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes is) {
              bytes[0] += is.isRegularFile() ? is.size() : 0;
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              return passOver(e);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path at, @Nullable IOException e)
                throws IOException {
              return e == null ? FileVisitResult.CONTINUE : passOver(e);
            }
          });
      return bytes[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileVisitResult passOver(IOException e) throws IOException {
    if (e instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }
}
