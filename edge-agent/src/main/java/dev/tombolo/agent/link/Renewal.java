package dev.tombolo.agent.link;

/// When to renew the device certificate: after two thirds of its life (day 30 of 45), spread by
/// jitter over a ninth of it (5 days).
public final class Renewal {
  private static final int BEFORE_END_SHARE = 3;
  private static final int SPREAD_SHARE = 9;

  private Renewal() {}

  /// Wall clock of the renewal.
  ///
  /// @param fromMillis begin of the present certificate
  /// @param untilMillis its end
  /// @param draw 0 (inclusive) to 1 (exclusive)
  public static long dueWallMillis(long fromMillis, long untilMillis, double draw) {
    long life = untilMillis - fromMillis;
    return untilMillis - life / BEFORE_END_SHARE + (long) (life / SPREAD_SHARE * draw);
  }
}
