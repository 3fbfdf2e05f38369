package dev.tombolo.agent.process;

import dev.tombolo.agent.session.BoundedRun;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// What a workload prints, in a file that the workload itself writes to, so that no pipe ties it to
/// the agent. Kept below a quota by copying the end of it aside and cutting it; the workload goes
/// on at the new end because it writes in append mode. What it prints between copy and cut is lost,
/// and all of it where there is no room for the copy: that file may be what fills the disk.
final class OutputLog {
  static final long BYTES_MAX = 4L * 1024 * 1024;
  private static final int TAIL_BYTES = 4 * 1024;

  private final Path file;
  private final long bytesMax;

  OutputLog(Path file, long bytesMax) {
    this.file = file;
    this.bytesMax = bytesMax;
  }

  /// Rotates when it is over its quota.
  void keepQuota() throws IOException {
    if (!Files.exists(file) || Files.size(file) <= bytesMax) {
      return;
    }
    Path aside = file.resolveSibling(file.getFileName() + ".1");
    Path copy = file.resolveSibling(file.getFileName() + ".1.tmp");
    try (FileChannel from =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      try {
        copyEnd(from, copy);
        Files.move(
            copy, aside, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        from.truncate(0);
        Files.deleteIfExists(copy);
      }
    }
  }

  private void copyEnd(FileChannel from, Path copy) throws IOException {
    try (FileChannel to =
        FileChannel.open(
            copy,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      long end = from.size();
      copy(from, Math.max(0, end - bytesMax), end, to);
    }
  }

  /// The workload may cut its own output meanwhile: nothing comes any more then.
  static void copy(FileChannel from, long begin, long end, FileChannel to) throws IOException {
    long at = begin;
    long copied = 1;
    while (at < end && copied > 0) {
      copied = from.transferTo(at, end - at, to);
      at += copied;
    }
  }

  /// The last line, empty when there is none.
  String lastLine() {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long length = in.length();
      in.seek(Math.max(0, length - TAIL_BYTES));
      byte[] tail = new byte[(int) Math.min(length, TAIL_BYTES)];
      int read = in.getChannel().read(ByteBuffer.wrap(tail));
      return BoundedRun.lastLine(new String(tail, 0, Math.max(0, read), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return "";
    }
  }
}
