package dev.tombolo.agent.link;

/// Full-jitter exponential backoff: the n-th wait is anything between 0 and min(max, 1 s * 2^n), so
/// that a thousand shops do not come back in step.
public final class Backoff {
  public static final int MAX_SECONDS = 300;
  private static final long FIRST_MILLIS = 1_000;

  private final long maxMillis;

  /// @param maxSeconds 1-300
  public Backoff(int maxSeconds) {
    if (maxSeconds < 1 || maxSeconds > MAX_SECONDS) {
      throw new IllegalArgumentException(
          "link.backoffMaxSeconds: " + maxSeconds + " is not allowed; use 1-" + MAX_SECONDS);
    }
    this.maxMillis = maxSeconds * 1000L;
  }

  /// The bound of the wait after this many failures in a row.
  public long boundMillis(int failures) {
    return failures >= 20 ? maxMillis : Math.min(maxMillis, FIRST_MILLIS << failures);
  }

  /// @param draw 0 (inclusive) to 1 (exclusive), drawn anew for every wait
  public long delayMillis(int failures, double draw) {
    return (long) (boundMillis(failures) * draw);
  }

  /// What the hub asked for, and jitter on top of it.
  public long delayMillis(int failures, int retryAfterSeconds, double draw) {
    return retryAfterSeconds * 1000L + delayMillis(failures, draw);
  }
}
