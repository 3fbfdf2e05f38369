package dev.tombolo.agent.https;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/// Keeps a download below a rate, so that the shop's line stays usable.
final class Pace {
  private final long bytesPerSecond;
  private long dueNanos;

  /// @param bytesPerSecond 0 for no bound
  Pace(long bytesPerSecond, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.dueNanos = nowNanos;
  }

  /// Waits until the bytes just received are paid for.
  void received(int bytes, long nowNanos) throws InterruptedIOException {
    long wait = waitNanos(bytes, nowNanos);
    if (wait > 0) {
      try {
        TimeUnit.NANOSECONDS.sleep(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("cancelled");
      }
    }
  }

  long waitNanos(int bytes, long nowNanos) {
    if (bytesPerSecond <= 0) {
      return 0;
    }
    dueNanos = Math.max(dueNanos, nowNanos) + bytes * 1_000_000_000L / bytesPerSecond;
    return dueNanos - nowNanos;
  }
}
