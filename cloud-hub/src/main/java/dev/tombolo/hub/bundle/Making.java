package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.id.Digest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// What becomes a bundle, beside the bundle's place. The coded segments lie in a file without a
/// name, which is gone with the process however that ends. The whole is written as
/// `.NAME.bundle-making` under a lock; what a killed process leaves of it, the next one removes
/// that makes a bundle in the folder.
final class Making implements AutoCloseable {
  private static final String SUFFIX = ".bundle-making";
  private static final int BUFFER = 1 << 16;

  private final Path out;
  private final Path whole;
  private final FileChannel data;
  private final OutputStream coded;

  private Making(Path out, Path whole, FileChannel data) {
    this.out = out;
    this.whole = whole;
    this.data = data;
    coded = new BufferedOutputStream(Channels.newOutputStream(data), BUFFER);
  }

  @SuppressWarnings("MustBeClosedChecker") // closed with the making
  static Making begin(Path out) throws IOException {
    Path path = out.toAbsolutePath().normalize();
    sweep(path.resolveSibling("."));
    // The platform takes the name of a file that is deleted on its close at once.
    FileChannel data =
        FileChannel.open(
            path.resolveSibling("." + path.getFileName() + ".data" + SUFFIX),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    return new Making(path, path.resolveSibling("." + path.getFileName() + SUFFIX), data);
  }

  /// Takes the coded segments.
  OutputStream coded() {
    return coded;
  }

  /// Puts the bundle in its place, durable.
  ///
  /// @param header all that stands before the segments
  Bundles.Made publish(byte[] header, long plainBytes, int segments, Bundles.Met met)
      throws IOException {
    coded.flush();
    long bytes = header.length + data.size();
    Digest digest;
    try (FileChannel channel = opened();
        FileDigest.Writing to = FileDigest.writing(Channels.newOutputStream(channel))) {
      to.write(header);
      data.position(0);
      Channels.newInputStream(data).transferTo(to);
      channel.truncate(bytes);
      channel.force(true);
      Files.move(whole, out, StandardCopyOption.ATOMIC_MOVE);
      digest = to.digest();
    }
    return new Bundles.Made(digest, bytes, plainBytes, segments, met);
  }

  /// Under a lock, which is held until it is closed.
  @SuppressWarnings("MustBeClosedChecker") // the caller's
  private FileChannel opened() throws IOException {
    while (true) {
      FileChannel channel =
          FileChannel.open(whole, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        channel.lock();
      } catch (OverlappingFileLockException e) {
        channel.close();
        throw new IOException(out + " is being made already", e);
      }
      if (Files.exists(whole)) {
        return channel;
      }
      // Who had the lock has put it in its place, or removed it.
      channel.close();
    }
  }

  private static void sweep(Path folder) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, ".*" + SUFFIX)) {
      for (Path each : left) {
        if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
          removeIfLeft(each);
        }
      }
    }
  }

  private static void removeIfLeft(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException | OverlappingFileLockException e) {
      // It is somebody's, or gone.
    }
  }

  @Override
  public void close() throws IOException {
    data.close();
    Files.deleteIfExists(whole);
  }
}
