package dev.tombolo.hub.daemon;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The one folder with everything the hub keeps, held by one process at a time.
final class DataFolder implements AutoCloseable {
  private static final Logger LOG = System.getLogger(DataFolder.class.getName());
  private static final String RESTORING = "restoring";

  private final Path path;
  private final FileChannel lockFile;

  private DataFolder(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /// Makes the folder if it is not there, and takes hold of it.
  ///
  /// @throws IOException when another hub holds it, saying so
  static DataFolder hold(Path path) throws IOException {
    DataFolder folder = holdForRestore(path);
    if (folder.isBeingRestored()) {
      folder.close();
      throw new IOException(
          "data folder "
              + path
              + ": a restore was cut off; make it again: tombolo hub restore --from FILE --data "
              + path);
    }
    return folder;
  }

  /// The same for who may meet a restore that was cut off.
  static DataFolder holdForRestore(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    FileChannel channel =
        FileChannel.open(
            path.resolve("hub.lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      String holder = read(channel);
      channel.close();
      throw new IOException(
          "data folder "
              + path
              + ": another hub"
              + (holder.isEmpty() ? "" : " (process " + holder + ")")
              + " runs on it; stop that one or choose another folder with --data");
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap(
            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
    warnOfReaders(path);
    return new DataFolder(path, channel);
  }

  // Its rights may be somebody's will (a broker reads the revocation list there): not changed here.
  private static void warnOfReaders(Path path) throws IOException {
    Set<PosixFilePermission> rights = Files.getPosixFilePermissions(path);
    if (rights.contains(PosixFilePermission.OTHERS_READ)
        || rights.contains(PosixFilePermission.OTHERS_EXECUTE)) {
      LOG.log(
          Level.WARNING,
          "data folder " + path + " is open to every user of this machine; chmod 700 it");
    }
  }

  boolean isBeingRestored() {
    return Files.exists(path.resolve(RESTORING));
  }

  /// From here on no hub starts on the folder until [#endRestore].
  void beginRestore() throws IOException {
    Files.writeString(path.resolve(RESTORING), "a restore is under way\n");
    sync();
  }

  void endRestore() throws IOException {
    Files.deleteIfExists(path.resolve(RESTORING));
    sync();
  }

  private void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  Path database() {
    return path.resolve("hub.db");
  }

  Path authority() {
    return path.resolve("ca");
  }

  Path files() {
    return path.resolve("files");
  }

  Path git() {
    return path.resolve("git");
  }

  Path bundles() {
    return path.resolve("bundles");
  }

  Path journal() {
    return path.resolve("revocations.log");
  }

  Path adminToken() {
    return path.resolve("admin-token");
  }

  /// Names the folder that `hub broker-config` wrote to, if it did.
  Path brokerFolder() {
    return path.resolve("broker-folder");
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(32);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
  }
}
