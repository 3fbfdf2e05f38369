package dev.tombolo.hub.net;

import dev.tombolo.hub.core.EdgeDirectory;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Who is at the other end of a line, as its certificate says. The certificate's chain has been
/// checked; dates and revocation are asked for at each use.
record PeerIdentity(PresentedCertificate certificate) {
  private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,+]+)");

  /// Empty for a certificate of ours that is not a device's, like the hub's own.
  static Optional<PeerIdentity> of(X509Certificate certificate) {
    Matcher name = COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName());
    if (!name.find() || !DeviceId.isValid(name.group(1))) {
      return Optional.empty();
    }
    return Optional.of(
        new PeerIdentity(
            new PresentedCertificate(
                new DeviceId(name.group(1)),
                certificate.getSerialNumber().toString(16),
                Digest.of(certificate.getPublicKey().getEncoded()),
                certificate.getNotBefore().getTime(),
                certificate.getNotAfter().getTime())));
  }

  DeviceId device() {
    return certificate.device();
  }

  /// Lower-case hex.
  String serial() {
    return certificate.serial();
  }

  Optional<Reason> whyNotServed(EdgeDirectory directory, long nowMillis) {
    if (nowMillis > certificate.notAfterMillis()) {
      return Optional.of(
          new Reason.CertificateExpired(device().text(), certificate.notAfterMillis()));
    }
    return directory.whyNotServed(device(), serial(), nowMillis);
  }
}
