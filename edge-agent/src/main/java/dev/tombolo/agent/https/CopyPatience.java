package dev.tombolo.agent.https;

import java.util.concurrent.TimeUnit;

/// Whether a peer gives so little that another one, or this device's own line, may be better.
final class CopyPatience {
  /// Less than this in half a minute is too little: of one that has it all, and of one whose own
  /// line is slow.
  static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(30);

  static final long WHOLE_BYTES_MIN = 4 * 1024 * 1024;
  static final long FOLLOWED_BYTES_MIN = 64 * 1024;

  /// So is less than this of one that fetches, for long.
  static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(5);

  static final long FOLLOWING_BYTES_MIN = 300 * 32 * 1024;

  private final Span shortSpan;
  private final Span longSpan;

  CopyPatience(long nowNanos) {
    shortSpan = new Span(SHORT_NANOS, nowNanos);
    longSpan = new Span(LONG_NANOS, nowNanos);
  }

  void received(int bytes) {
    shortSpan.bytes += bytes;
    longSpan.bytes += bytes;
  }

  /// @param isFollowed the peer fetches, and so keeps to the same bound as this device
  /// @param held that bound now, in bytes a second; 0 for none
  boolean isOver(long nowNanos, boolean isFollowed, long held) {
    boolean isLess =
        shortSpan.gaveLess(
            isFollowed ? FOLLOWED_BYTES_MIN : WHOLE_BYTES_MIN, isFollowed, nowNanos, held);
    return longSpan.gaveLess(FOLLOWING_BYTES_MIN, true, nowNanos, held) || isLess;
  }

  private static final class Span {
    private final long nanos;
    private long sinceNanos;
    private long bytes;

    /// The lowest bound that has held in it, be it for a moment; 0 for none.
    private long held;

    Span(long nanos, long nowNanos) {
      this.nanos = nanos;
      this.sinceNanos = nowNanos;
    }

    boolean gaveLess(long bytesMin, boolean isHeld, long nowNanos, long heldNow) {
      held = held <= 0 ? heldNow : heldNow <= 0 ? held : Math.min(held, heldNow);
      if (nowNanos - sinceNanos < nanos) {
        return false;
      }
      long allowed = held * TimeUnit.NANOSECONDS.toSeconds(nanos) / 2;
      boolean isLess = bytes < (isHeld && held > 0 ? Math.min(bytesMin, allowed) : bytesMin);
      sinceNanos = nowNanos;
      bytes = 0;
      held = heldNow;
      return isLess;
    }
  }
}
