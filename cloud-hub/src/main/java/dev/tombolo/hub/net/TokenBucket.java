package dev.tombolo.hub.net;

/// Lets through so many per second on average, and a burst of one second's worth (at least one).
/// Not thread-safe.
final class TokenBucket {
  private final double perMilli;
  private final double burst;
  private double held;
  private long atMillis;

  TokenBucket(double perSecond, double burst, long nowMillis) {
    this.perMilli = perSecond / 1_000;
    this.burst = Math.max(1, burst);
    this.held = this.burst;
    this.atMillis = nowMillis;
  }

  boolean take(long nowMillis) {
    held = Math.min(burst, held + (nowMillis - atMillis) * perMilli);
    atMillis = nowMillis;
    if (held < 1) {
      return false;
    }
    held--;
    return true;
  }

  /// Milliseconds until [#take] lets the next one through.
  long waitMillis() {
    return held >= 1 ? 0 : (long) Math.ceil((1 - held) / perMilli);
  }

  /// True when it would let a whole burst through: nothing worth remembering.
  boolean isFull(long nowMillis) {
    return held + (nowMillis - atMillis) * perMilli >= burst;
  }
}
