package dev.tombolo.hub.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder beside a backup in which it is made: the whole database and all keys lie in it for a
/// while. Locked as long as somebody makes it; one that nobody holds was left by a process that was
/// killed.
final class BackupFolder implements AutoCloseable {
  private static final String PREFIX = ".tombolo-backup";
  private static final String HELD = "held";

  private final Path path;
  private final FileChannel held;

  private BackupFolder(Path path, FileChannel held) {
    this.path = path;
    this.held = held;
  }

  static BackupFolder make(Path beside) throws IOException {
    Path path =
        Files.createTempDirectory(
            beside,
            PREFIX,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    FileChannel held =
        FileChannel.open(
            path.resolve(HELD), Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    held.lock();
    return new BackupFolder(path, held);
  }

  Path path() {
    return path;
  }

  /// Removes what killed backups have left. A folder with nothing of a hub in it yet is left: it
  /// may be about to be locked.
  static void removeAbandoned(Path beside) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(beside, PREFIX + "*")) {
      for (Path folder : folders) {
        if (Files.exists(folder.resolve("hub.db")) && !isHeld(folder.resolve(HELD))) {
          remove(folder);
        }
      }
    }
  }

  private static boolean isHeld(Path lock) throws IOException {
    if (!Files.exists(lock)) {
      // Of a version that did not lock.
      return false;
    }
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
      @Nullable FileLock free = channel.tryLock();
      return free == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      // The lock last: without it a folder with a database counts as left.
      for (Path each :
          all.filter(it -> !it.equals(folder) && !it.equals(folder.resolve(HELD)))
              .sorted(Comparator.reverseOrder())
              .toList()) {
        Files.deleteIfExists(each);
      }
    }
    Files.deleteIfExists(folder.resolve(HELD));
    Files.deleteIfExists(folder);
  }

  @Override
  public void close() throws IOException {
    try (held) {
      remove(path);
    }
  }
}
