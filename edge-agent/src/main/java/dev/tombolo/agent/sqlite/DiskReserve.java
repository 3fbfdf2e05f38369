package dev.tombolo.agent.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/// `agent.reserve`: a file that is there to be deleted, so that an agent can open its database and
/// note its start on a disk that others have filled.
final class DiskReserve {
  static final String NAME = "agent.reserve";
  static final int BYTES = 1024 * 1024;
  private static final int PIECE_BYTES = 16 * 1024;

  private final Path file;

  DiskReserve(Path data) {
    file = data.resolve(NAME);
  }

  /// True when there was one to give up.
  boolean release() {
    try {
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      return false;
    }
  }

  /// Makes it where there is none, if there is room.
  void restore() {
    if (Files.exists(file)) {
      return;
    }
    Path temporary = file.resolveSibling(NAME + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        // Noise: neither a hole nor what a file system compresses away.
        Random noise = new Random(BYTES);
        byte[] piece = new byte[PIECE_BYTES];
        for (int written = 0; written < BYTES; written += PIECE_BYTES) {
          noise.nextBytes(piece);
          channel.write(ByteBuffer.wrap(piece));
        }
        channel.force(true);
      }
      Files.move(temporary, file);
    } catch (IOException e) {
      // No room for it now; the next start tries again.
      delete(temporary);
    }
  }

  private static void delete(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // Made anew the next time.
    }
  }
}
