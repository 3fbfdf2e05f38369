package dev.tombolo.agent.https;

import java.util.concurrent.TimeUnit;

/// A token bucket: says how long to wait so that a download stays below a rate, which may be
/// another one each time. What was not used is saved up for a quarter of a second, no longer.
final class Pace {
  /// A wait, and what comes at once after it, are about so long.
  static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final long STEPS_A_SECOND = TimeUnit.SECONDS.toNanos(1) / STEP_NANOS;

  private long dueNanos;

  Pace(long nowNanos) {
    this.dueNanos = nowNanos;
  }

  /// Bytes to take at once.
  ///
  /// @param bytesPerSecond 0 for no bound
  static int portion(long bytesPerSecond, int most) {
    return bytesPerSecond <= 0 ? most : (int) Math.clamp(bytesPerSecond / STEPS_A_SECOND, 1, most);
  }

  /// Until the bytes just received are paid for.
  ///
  /// @param bytesPerSecond 0 for no bound
  long waitNanos(int bytes, long bytesPerSecond, long nowNanos) {
    if (bytesPerSecond <= 0) {
      dueNanos = nowNanos;
      return 0;
    }
    dueNanos = Math.max(dueNanos, nowNanos - STEP_NANOS) + bytes * 1_000_000_000L / bytesPerSecond;
    return Math.max(0, dueNanos - nowNanos);
  }
}
