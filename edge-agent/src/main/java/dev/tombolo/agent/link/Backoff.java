package dev.tombolo.agent.link;

/// Full-jitter backoff: each wait is anything between 0 and a bound, so that a thousand shops do
/// not come back in step. The bound doubles from 1 s to 8 s, stays there for about half a minute,
/// and then doubles to the maximum: a hub that is started again, or a router, is found within
/// seconds, and one that is gone is not pestered.
public final class Backoff {
  public static final int MAX_SECONDS = 300;

  /// 1 s, doubled three times.
  private static final int HOPEFUL_DOUBLINGS = 3;

  /// Failures in a row until the bound grows on.
  private static final int HOPEFUL_FAILURES = 12;

  private static final long FIRST_MILLIS = 1_000;
  private static final int DOUBLINGS_MAX = 20;

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
    int doublings =
        Math.min(failures, HOPEFUL_DOUBLINGS) + Math.max(0, failures - HOPEFUL_FAILURES);
    return Math.min(maxMillis, FIRST_MILLIS << Math.min(doublings, DOUBLINGS_MAX));
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
