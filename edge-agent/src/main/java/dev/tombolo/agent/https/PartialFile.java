package dev.tombolo.agent.https;

import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A file of the store while it grows, with the running digest of what is on the disk.
final class PartialFile implements AutoCloseable {
  /// Held while names change: a fetch that was given up and does not know it yet may still have a
  /// part of what a kit has brought since.
  private static final Object NAMES = new Object();

  private final Path path;
  private final Path whole;
  private final FileChannel channel;

  /// Which file had the name when this was opened.
  private final Object key;

  private MessageDigest digest = sha256();
  private long length;

  private PartialFile(Path path, Path whole, FileChannel channel, Object key) {
    this.path = path;
    this.whole = whole;
    this.channel = channel;
    this.key = key;
  }

  /// Opens it and digests what is there. A part longer than the whole is begun anew.
  static PartialFile open(AgentFolders folders, Digest file, long size, ByteBuffer buffer)
      throws IOException {
    if (!Files.isDirectory(folders.files())) {
      Files.createDirectories(folders.files());
      sync(folders.data());
    }
    Path path = folders.partialFile(file);
    PartialFile part = open(path, folders.file(file));
    FileChannel channel = part.channel;
    try {
      if (channel.size() > size) {
        part.restart();
      } else {
        part.digestDisk(buffer);
      }
      return part;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static PartialFile open(Path path, Path whole) throws IOException {
    synchronized (NAMES) {
      FileChannel channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return new PartialFile(path, whole, channel, key(path));
    }
  }

  private static Object key(Path path) throws IOException {
    return String.valueOf(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
  }

  /// Puts another file, which is all here, in the place of a part: by a link where that can be, so
  /// that it needs no room twice.
  static void replace(Path path, Path by) throws IOException {
    synchronized (NAMES) {
      Files.deleteIfExists(path);
      try {
        Files.createLink(path, by);
      } catch (IOException | UnsupportedOperationException e) {
        Files.deleteIfExists(path);
        Files.copy(by, path);
      }
    }
  }

  private void digestDisk(ByteBuffer buffer) throws IOException {
    buffer.clear();
    while (channel.read(buffer) >= 0) {
      buffer.flip();
      length += buffer.remaining();
      digest.update(buffer);
      buffer.clear();
    }
  }

  long length() {
    return length;
  }

  void append(ByteBuffer bytes) throws IOException {
    int count = bytes.remaining();
    digest.update(bytes.duplicate());
    long at = length;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    length += count;
  }

  void restart() throws IOException {
    channel.truncate(0);
    digest = sha256();
    length = 0;
  }

  void sync() throws IOException {
    channel.force(false);
  }

  /// Ends the digest.
  Digest digest() {
    return Digest.ofHash(digest.digest());
  }

  /// Gives the complete file its place in the store.
  void promote() throws IOException {
    channel.force(true);
    synchronized (NAMES) {
      if (!key.equals(key(path))) {
        throw new IOException(path.getFileName() + " has been replaced since it was opened");
      }
      Files.move(path, whole, StandardCopyOption.ATOMIC_MOVE);
    }
    sync(whole.resolveSibling("."));
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  void delete() throws IOException {
    synchronized (NAMES) {
      if (Files.exists(path) && key.equals(key(path))) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
