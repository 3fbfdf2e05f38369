package dev.tombolo.agent.link;

import dev.tombolo.protocol.Limits;

/// When to renew the device certificate: from day 30 of its 45, spread by jitter.
public final class Renewal {
  /// Spread over this much after the first moment allowed.
  static final long SPREAD_MILLIS = 5L * 24 * 3600 * 1000;

  private static final long BEFORE_END_MILLIS =
      Limits.CERTIFICATE_LIFE.minus(Limits.CERTIFICATE_RENEW_AFTER).toMillis();

  private Renewal() {}

  /// Wall clock of the renewal.
  ///
  /// @param notAfterMillis end of the present certificate
  /// @param draw 0 (inclusive) to 1 (exclusive)
  public static long dueWallMillis(long notAfterMillis, double draw) {
    return notAfterMillis - BEFORE_END_MILLIS + (long) (SPREAD_MILLIS * draw);
  }
}
