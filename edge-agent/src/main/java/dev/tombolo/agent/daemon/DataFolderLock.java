package dev.tombolo.agent.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// `agent.lock`: one agent a data folder. The kernel frees it when the agent dies, however it dies.
public final class DataFolderLock implements AutoCloseable {
  private static final String NAME = "agent.lock";
  private static final int TRIES = 20;
  private static final long PAUSE_NANOS = 25_000_000;

  private final FileChannel channel;

  private DataFolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /// @throws IOException when another agent has it, or there is no such folder
  public static DataFolderLock take(Path data) throws IOException {
    if (!Files.isDirectory(data)) {
      throw new IOException(
          "there is no folder " + data + "; join first: tombolo-agent enroll --data " + data);
    }
    FileChannel channel =
        FileChannel.open(data.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    // Whoever asks for the status holds it for a moment.
    for (int tries = 0; tryLock(channel) == null; tries++) {
      if (tries >= TRIES) {
        channel.close();
        throw new IOException(
            "another agent runs on " + data + "; stop it, or use another --data folder");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return new DataFolderLock(channel);
  }

  /// True while an agent runs on this folder. False also for who may not look: nothing is made.
  /// Asked without writing: the disk may have become read-only under a running agent.
  public static boolean isTaken(Path data) {
    try (FileChannel channel = FileChannel.open(data.resolve(NAME), StandardOpenOption.READ)) {
      return channel.tryLock(0, Long.MAX_VALUE, true) == null;
    } catch (OverlappingFileLockException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
