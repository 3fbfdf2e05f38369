package dev.tombolo.hub.x509;

import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.id.Digest;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/// Reads devices' certificates that did not come by TLS.
public final class DeviceCertificates {
  private final List<X509Certificate> roots;

  /// @param roots whose signatures count
  public DeviceCertificates(List<X509Certificate> roots) {
    this.roots = List.copyOf(roots);
  }

  /// Empty for anything but a device's certificate signed by one of the roots. Dates are left out:
  /// that it has run out is the point.
  Optional<X509Certificate> read(String pem) {
    try {
      List<X509Certificate> read = Pem.readCertificates(pem);
      if (read.isEmpty()) {
        return Optional.empty();
      }
      X509Certificate leaf = read.getFirst();
      boolean isDevice =
          leaf.getBasicConstraints() == -1
              && CertificateAuthority.deviceOf(leaf).isPresent()
              && roots.stream().anyMatch(root -> isSignedBy(leaf, root));
      return isDevice ? Optional.of(leaf) : Optional.empty();
    } catch (GeneralSecurityException | RuntimeException e) {
      // The JDK's parser answers garbage with either.
      return Optional.empty();
    }
  }

  static PresentedCertificate describe(X509Certificate leaf) {
    return new PresentedCertificate(
        CertificateAuthority.deviceOf(leaf).orElseThrow(),
        leaf.getSerialNumber().toString(16),
        Digest.of(leaf.getPublicKey().getEncoded()),
        leaf.getNotBefore().getTime(),
        leaf.getNotAfter().getTime());
  }

  private static boolean isSignedBy(X509Certificate leaf, X509Certificate root) {
    try {
      leaf.verify(root.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
