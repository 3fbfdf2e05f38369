package dev.tombolo.hub.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `hub.db-commits`: how many commits the database has had, noted beside it after each. SQLite
/// takes a shortened write-ahead log for a shorter life; a database with fewer commits than are
/// noted here has lost what devices and operators were told is safe. Not synced: after a power cut
/// the note may be older than the database, never newer.
final class CommitCount implements AutoCloseable {
  private final Path file;
  private @Nullable FileChannel channel;

  private CommitCount(Path file) {
    this.file = file;
  }

  static CommitCount beside(Path database) {
    return new CommitCount(database.resolveSibling(database.getFileName() + "-commits"));
  }

  /// 0 when there is no note, or none that reads.
  long noted() {
    try {
      String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
      return text.matches("[0-9]{18}") ? Long.parseLong(text) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /// Where that does not work, only the next start knows less.
  void note(long commits) {
    try {
      FileChannel open = channel;
      if (open == null) {
        open = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel = open;
      }
      byte[] text =
          String.format(Locale.ROOT, "%018d%n", commits).getBytes(StandardCharsets.US_ASCII);
      open.write(ByteBuffer.wrap(text), 0);
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
