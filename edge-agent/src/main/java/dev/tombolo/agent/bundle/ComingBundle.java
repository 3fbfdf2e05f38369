package dev.tombolo.agent.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A bundle that is being fetched: reads wait for what has not come yet. It grows as `NAME.part`
/// until it is whole, then it is `NAME`; a part may be begun anew, or be another file by then, so
/// it is opened again by its name each time.
///
/// Nobody has checked these bytes yet as a whole: each segment has its own digest, and each file
/// that is made.
final class ComingBundle extends InputStream {
  private static final long LOOK_MILLIS = 50;

  /// What stands still for so long is given up: a process that waits holds memory.
  private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Path whole;
  private final Path part;
  private final long size;
  private FileChannel channel;
  private long at;
  private boolean waited;

  ComingBundle(Path whole, long size) throws IOException {
    this.whole = whole;
    this.size = size;
    part = whole.resolveSibling(whole.getFileName() + ".part");
    channel = open();
  }

  /// What the rest of it needs on the disk.
  long missingBytes() throws IOException {
    return Math.max(0, size - channel.size());
  }

  /// True when a read has had to wait since this was last asked.
  boolean takeWaited() {
    boolean was = waited;
    waited = false;
    return was;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at >= size) {
      return -1;
    }
    ByteBuffer buffer = ByteBuffer.wrap(into, offset, (int) Math.min(length, size - at));
    long begun = System.nanoTime();
    while (true) {
      int read = channel.read(buffer, at);
      if (read > 0) {
        at += read;
        return read;
      }
      if (System.nanoTime() - begun > STALL_NANOS) {
        throw new ApplyException(whole + " has stood still at byte " + at);
      }
      waited = true;
      await();
      channel.close();
      channel = open();
    }
  }

  private static void await() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /// The part is renamed between two looks at the most once.
  private FileChannel open() throws IOException {
    try {
      return FileChannel.open(part);
    } catch (NoSuchFileException e) {
      if (Files.exists(whole)) {
        return FileChannel.open(whole);
      }
      throw new ApplyException(whole + " does not come any more");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
