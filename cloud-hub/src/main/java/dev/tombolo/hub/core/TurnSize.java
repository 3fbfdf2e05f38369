package dev.tombolo.hub.core;

/// How many events go into the hub's next turn, so that none holds the loop for long: fewer after
/// one that was, more again after full ones that were short. What an event costs differs a hundred
/// times, and is known only afterwards: the first turn of dear ones after cheap ones may be too
/// long.
public final class TurnSize {
  /// Events that share one commit. Bounds how long the first of them waits for its answer.
  public static final int EVENTS_MAX = 1_024;

  /// So that a commit is worth while.
  static final int EVENTS_MIN = 32;

  /// Of the processor: the design's bound for a step is 5 ms.
  static final long LONG_NANOS = 4_000_000;

  private static final int GROWTH = 2;

  private int most = EVENTS_MAX / 4;

  /// For the next turn.
  public int most() {
    return most;
  }

  /// A turn has been taken.
  ///
  /// @param nanos of the processor that it took
  public void took(int events, long nanos) {
    if (nanos > LONG_NANOS) {
      long fit = events * LONG_NANOS / nanos;
      most = Math.clamp(fit, EVENTS_MIN, Math.max(EVENTS_MIN, most));
    } else if (events >= most && nanos < LONG_NANOS / GROWTH) {
      most = Math.min(EVENTS_MAX, most * GROWTH);
    }
  }
}
