package dev.tombolo.agent.release;

/// How fast bytes come in, over the last ten seconds or so. Times are monotonic milliseconds.
final class Rate {
  private static final long WINDOW_MILLIS = 10_000;

  private long sinceMillis = -1;
  private long sinceBytes;
  private long lastMillis;
  private long lastBytes;
  private long before;

  void reset() {
    sinceMillis = -1;
    before = 0;
  }

  /// @param bytes so far, of one file
  void noted(long bytes, long nowMillis) {
    if (sinceMillis < 0 || bytes < lastBytes) {
      sinceMillis = nowMillis;
      sinceBytes = bytes;
    } else if (nowMillis - sinceMillis >= WINDOW_MILLIS) {
      before = over(bytes - sinceBytes, nowMillis - sinceMillis);
      sinceMillis = nowMillis;
      sinceBytes = bytes;
    }
    lastMillis = nowMillis;
    lastBytes = bytes;
  }

  /// 0 before anything is known.
  long bytesPerSecond() {
    boolean isFresh = lastMillis - sinceMillis < WINDOW_MILLIS / 4 && before > 0;
    return isFresh || sinceMillis < 0
        ? before
        : over(lastBytes - sinceBytes, lastMillis - sinceMillis);
  }

  private static long over(long bytes, long millis) {
    return millis <= 0 ? 0 : bytes * 1000 / millis;
  }
}
