package dev.tombolo.hub.files;

import dev.tombolo.hub.core.FileDepot;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// A folder of immutable files, `ab/<hex>`. A file is there under its name only when it is whole,
/// checked and on the disk. Safe for many threads.
public final class ContentStore implements FileDepot {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final String INCOMING = "incoming";

  private final Path folder;
  private final long bytesMax;
  private final AtomicLong bytesHeld = new AtomicLong();

  private ContentStore(Path folder, long bytesMax) {
    this.folder = folder;
    this.bytesMax = bytesMax;
  }

  /// How a file came in.
  public sealed interface Outcome {
    /// @param isNew false when the store held it already
    record Stored(Digest digest, long size, boolean isNew) implements Outcome {}

    record Refused(Reason reason) implements Outcome {}
  }

  /// Opens the folder, removes what an earlier process left half-written, and counts the rest.
  ///
  /// @param bytesMax of all files together
  public static ContentStore open(Path folder, long bytesMax) throws IOException {
    ContentStore store = new ContentStore(folder, bytesMax);
    Path incoming = Files.createDirectories(folder.resolve(INCOMING));
    try (Stream<Path> leftOver = Files.list(incoming)) {
      for (Path file : leftOver.toList()) {
        Files.delete(file);
      }
    }
    try (Stream<Path> files = Files.walk(folder, 2)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        store.bytesHeld.addAndGet(Files.size(file));
      }
    }
    return store;
  }

  public Optional<Path> find(Digest digest) {
    Path file = pathOf(digest);
    return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
  }

  @Override
  public OptionalLong sizeOf(Digest digest) {
    try {
      return OptionalLong.of(Files.size(pathOf(digest)));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public Optional<InputStream> open(Digest digest) throws IOException {
    Optional<Path> file = find(digest);
    return file.isPresent() ? Optional.of(Files.newInputStream(file.get())) : Optional.empty();
  }

  @Override
  public Optional<Reason> take(Digest digest, InputStream content) throws IOException {
    return switch (put(digest, content)) {
      case Outcome.Stored stored -> Optional.empty();
      case Outcome.Refused refused -> Optional.of(refused.reason());
    };
  }

  public long bytesHeld() {
    return bytesHeld.get();
  }

  /// Takes in a file and checks its digest on the way. A file already held is read no further.
  public Outcome put(Digest digest, InputStream content) throws IOException {
    Path file = pathOf(digest);
    if (Files.isRegularFile(file)) {
      // Moved there by another upload, or before a crash, and maybe not synced yet.
      sync(shelfOf(digest));
      return new Outcome.Stored(digest, Files.size(file), false);
    }
    Path part = folder.resolve(INCOMING).resolve(digest.hex() + "." + UUID.randomUUID());
    long written = 0;
    try {
      MessageDigest hash = sha256();
      try (FileChannel channel =
          FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
          written += n;
          if (bytesHeld.addAndGet(n) > bytesMax) {
            return refuse(part, written, new Reason.LimitExceeded("filesMax", bytesMax, written));
          }
          hash.update(buffer, 0, n);
          write(channel, ByteBuffer.wrap(buffer, 0, n));
        }
        channel.force(true);
      }
      Digest got = Digest.ofHash(hash.digest());
      if (!got.equals(digest)) {
        return refuse(part, written, new Reason.DigestMismatch(digest.hex(), digest, got));
      }
      Path shelf = Files.createDirectories(shelfOf(digest));
      boolean raced = Files.isRegularFile(file);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      if (raced) {
        bytesHeld.addAndGet(-written);
      }
      sync(shelf);
      sync(folder);
      return new Outcome.Stored(digest, written, !raced);
    } catch (IOException e) {
      if (isDiskFull(e)) {
        long free = Files.getFileStore(folder).getUsableSpace();
        return refuse(part, written, new Reason.DiskFull(folder.toString(), written, free));
      }
      forget(part, written);
      throw e;
    } catch (RuntimeException e) {
      // A web server's way to say that the line broke.
      forget(part, written);
      throw e;
    }
  }

  private Outcome refuse(Path part, long written, Reason reason) throws IOException {
    forget(part, written);
    return new Outcome.Refused(reason);
  }

  private void forget(Path part, long written) throws IOException {
    bytesHeld.addAndGet(-written);
    Files.deleteIfExists(part);
  }

  private Path pathOf(Digest digest) {
    return shelfOf(digest).resolve(digest.hex());
  }

  private Path shelfOf(Digest digest) {
    return folder.resolve(digest.hex().substring(0, 2));
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  // The JDK passes on the operating system's words.
  private static boolean isDiskFull(IOException e) {
    String words = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return words.contains("no space left") || words.contains("quota exceeded");
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
