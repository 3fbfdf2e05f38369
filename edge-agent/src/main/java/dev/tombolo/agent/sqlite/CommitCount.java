package dev.tombolo.agent.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `agent.db-commits`: how many commits the database has had, noted beside it after each. SQLite
/// takes a shortened write-ahead log for a shorter life; a database with fewer commits than are
/// noted here has lost some. Not synced: after a power cut the note may be older than the database,
/// never newer.
final class CommitCount implements AutoCloseable {
  static final String NAME = "agent.db-commits";
  private static final int DIGITS = 18;

  private final Path file;
  private @Nullable FileChannel channel;

  CommitCount(Path data) {
    this.file = data.resolve(NAME);
  }

  /// 0 when there is no note, or none that reads.
  static long noted(Path data) {
    try {
      String text = Files.readString(data.resolve(NAME), StandardCharsets.US_ASCII).strip();
      return text.matches("[0-9]{" + DIGITS + "}") ? Long.parseLong(text) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /// For a database that begins anew: what is noted was another's.
  static void forget(Path data) throws IOException {
    Files.deleteIfExists(data.resolve(NAME));
  }

  /// Where that does not work, only the next start knows less.
  void note(long commits) {
    try {
      FileChannel open = channel;
      if (open == null) {
        open = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel = open;
      }
      String text = String.format(Locale.ROOT, "%0" + DIGITS + "d%n", commits);
      open.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
    } catch (IOException e) {
      close();
    }
  }

  @Override
  public void close() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It holds nothing back.
      }
    }
  }
}
