package dev.tombolo.agent.mqtt;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/// Remembers when a byte last came in, below TLS, so that a line which stalls within a record still
/// counts as alive.
final class WatchedSocket extends Socket {
  private volatile long lastReadNanos = System.nanoTime();

  /// By [System#nanoTime()].
  long lastReadNanos() {
    return lastReadNanos;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new FilterInputStream(super.getInputStream()) {
      @Override
      public int read() throws IOException {
        int b = in.read();
        lastReadNanos = System.nanoTime();
        return b;
      }

      @Override
      public int read(byte[] into, int offset, int count) throws IOException {
        int read = in.read(into, offset, count);
        lastReadNanos = System.nanoTime();
        return read;
      }
    };
  }
}
