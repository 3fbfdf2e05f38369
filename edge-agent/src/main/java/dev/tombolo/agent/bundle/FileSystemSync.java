package dev.tombolo.agent.bundle;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;

/// All that was written to a file system becomes durable at once: syncfs(2), which Java has no name
/// for, by `sync --file-system` of coreutils.
final class FileSystemSync {
  private FileSystemSync() {}

  /// @return false when this machine cannot do it, or it failed: what counts has to be made durable
  ///   one by one
  static boolean of(Path path) throws IOException {
    Process sync;
    try {
      sync =
          new ProcessBuilder("sync", "-f", path.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return false;
    }
    try {
      return sync.waitFor() == 0;
    } catch (InterruptedException e) {
      sync.destroy();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }
}
