package dev.tombolo.agent.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// `agent.lock`: one agent a data folder. The kernel frees it when the agent dies, however it dies.
public final class DataFolderLock implements AutoCloseable {
  private static final String NAME = "agent.lock";
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
    if (tryLock(channel) == null) {
      channel.close();
      throw new IOException(
          "another agent runs on " + data + "; stop it, or use another --data folder");
    }
    return new DataFolderLock(channel);
  }

  /// True while an agent runs on this folder.
  public static boolean isTaken(Path data) {
    if (!Files.isDirectory(data)) {
      return false;
    }
    try (DataFolderLock _ = take(data)) {
      return false;
    } catch (IOException e) {
      return true;
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
