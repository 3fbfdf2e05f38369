package dev.tombolo.agent.kit;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.kit.KitException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;

/// Writes files durably for whoever owns the data folder: a kit may be applied by root, and the
/// agent, which is not, has to take it.
record Owner(PosixFileAttributes folder) {
  static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /// Where a body goes.
  interface Into {
    void write(byte[] bytes, int count) throws IOException;
  }

  /// What writes it.
  interface Body {
    void writeTo(Into into) throws IOException, KitException;
  }

  static Owner of(Path data) throws IOException {
    return new Owner(Files.readAttributes(data, PosixFileAttributes.class));
  }

  /// A link stays what it leads to: whoever owns the folder may have put it there for root to
  /// follow.
  void give(Path path) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (!view.getOwner().equals(folder.owner())) {
      try {
        view.setOwner(folder.owner());
      } catch (IOException e) {
        throw new IOException(
            "run this as root or as the agent's user, " + folder.owner().getName(), e);
      }
    }
  }

  void write(Path path, String text) throws IOException {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      write(path, into -> into.write(bytes, bytes.length));
    } catch (KitException e) {
      throw new IllegalStateException("a text is no kit", e);
    }
  }

  void write(Path path, Body body) throws IOException, KitException {
    try (FileChannel channel =
        FileChannel.open(
            path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE_FILE)) {
      body.writeTo(
          (bytes, count) -> {
            ByteBuffer left = ByteBuffer.wrap(bytes, 0, count);
            while (left.hasRemaining()) {
              channel.write(left);
            }
          });
      channel.force(true);
    }
    give(path);
  }

  static Digest digest(Path file, byte[] buffer) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        sha256.update(buffer, 0, got);
      }
      return Digest.ofHash(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
