package dev.tombolo.hub.device;

import org.jspecify.annotations.Nullable;

/// Whether a certificate that the database does not know is a device's newest, issued after the
/// backup that the hub was restored from, and not one that was replaced before it.
public final class LostCertificate {
  private static final long SECOND_MILLIS = 1_000;

  private LostCertificate() {}

  public static boolean isNewest(
      @Nullable Restoration restoration,
      @Nullable CertificateRecord current,
      @Nullable CertificateRecord pending,
      PresentedCertificate shown) {
    return restoration != null
        && restoration.mayHaveLost(shown)
        && isLater(shown, current)
        && isLater(shown, pending);
  }

  /// X.509 times have whole seconds.
  private static boolean isLater(PresentedCertificate shown, @Nullable CertificateRecord known) {
    return known == null
        || shown.notBeforeMillis() / SECOND_MILLIS > known.notBeforeMillis() / SECOND_MILLIS;
  }
}
