package dev.tombolo.agent.https;

/// How fast anything may come from the hub now: as this device's own settings and the site say.
final class LineRate {
  private final long own;
  private volatile long held;

  /// @param own bytes a second; 0 for no bound
  LineRate(long own) {
    this.own = own;
  }

  /// @param bytesPerSecond of the site; 0 for no bound
  void holdTo(long bytesPerSecond) {
    held = bytesPerSecond;
  }

  /// Bytes a second; 0 for no bound.
  long bytesPerSecond() {
    long site = held;
    return site <= 0 ? own : own <= 0 ? site : Math.min(own, site);
  }
}
