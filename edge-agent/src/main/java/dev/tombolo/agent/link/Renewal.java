package dev.tombolo.agent.link;

/// When to renew the device certificate: after two thirds of its life (day 30 of 45), spread by
/// jitter. How long it lives is the hub's choice; the certificate says it.
public final class Renewal {
  /// A renewal that failed is tried again after this much, spread by as much again; sooner where
  /// the certificate lives only minutes.
  static final long RETRY_MILLIS_MAX = 60_000;

  /// Renewals are spread over this part of the life, from the first moment allowed on.
  private static final int SPREAD_PARTS = 9;

  private static final int RETRY_PARTS = 60;

  private Renewal() {}

  /// Wall clock of the renewal.
  ///
  /// @param draw 0 (inclusive) to 1 (exclusive)
  public static long dueWallMillis(CertificateLife life, double draw) {
    long spread = (long) (life.millis() / SPREAD_PARTS * draw);
    return life.notBeforeMillis() + life.millis() / 3 * 2 + spread;
  }

  /// How long no certificate is renewed after one was received, by the monotonic clock.
  public static long pauseMillis(CertificateLife life) {
    return life.millis() / 3;
  }

  /// How long to wait after a renewal that failed.
  ///
  /// @param draw 0 (inclusive) to 1 (exclusive)
  public static long retryMillis(CertificateLife life, double draw) {
    long wait = Math.min(RETRY_MILLIS_MAX, life.millis() / RETRY_PARTS);
    return wait + (long) (wait * draw);
  }
}
