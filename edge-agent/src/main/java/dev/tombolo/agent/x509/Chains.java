package dev.tombolo.agent.x509;

import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.SpkiPin;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Checks of certificate chains (RFC 5280 s. 6).
final class Chains {
  private static final String COMMON_NAME = "CN=";

  private Chains() {}

  /// SHA-256 of the SubjectPublicKeyInfo: what join tokens pin.
  static Digest keyDigest(X509Certificate certificate) {
    return SpkiPin.of(certificate);
  }

  /// Whom a certificate names: the hub writes the device's id as its common name.
  static Optional<DeviceId> device(X509Certificate certificate) {
    for (String part : certificate.getSubjectX500Principal().getName().split(",")) {
      String name = part.strip();
      if (name.startsWith(COMMON_NAME)) {
        return Optional.of(name.substring(COMMON_NAME.length()))
            .filter(DeviceId::isValid)
            .map(DeviceId::new);
      }
    }
    return Optional.empty();
  }

  /// The certificate of the chain that has this key and leads to the first.
  ///
  /// @throws RefusedException [Reason.PinMismatch] with the key of the chain's end
  static X509Certificate rootWith(Digest rootKey, List<X509Certificate> chain)
      throws RefusedException {
    return switch (SpkiPin.match(rootKey, chain)) {
      case SpkiPin.Matched(var root) -> root;
      case SpkiPin.Refused(var reason) -> throw new RefusedException(reason);
    };
  }

  /// When all certificates of a chain are good, ms since 1970-01-01T00:00Z.
  record Dates(long fromMillis, long untilMillis) {
    boolean contain(long millis) {
      return fromMillis <= millis && millis <= untilMillis;
    }
  }

  /// Verifies the chain up to the root, at the first moment when all of it is good. Whether that is
  /// now is another question. When the root begins is of no interest: a hub whose clock was ahead
  /// when it was made has one of the future.
  static Dates verify(List<X509Certificate> chain, X509Certificate root)
      throws GeneralSecurityException {
    List<X509Certificate> path = upTo(root, chain);
    long from = path.getFirst().getNotBefore().getTime();
    long until = root.getNotAfter().getTime();
    for (X509Certificate certificate : path) {
      from = Math.max(from, certificate.getNotBefore().getTime());
      until = Math.min(until, certificate.getNotAfter().getTime());
    }
    if (until < from) {
      throw new CertificateExpiredException("its certificates were never good at the same time");
    }
    CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path);
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(new Date(from));
    CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
    return new Dates(from, until);
  }

  /// Checks an issued chain before it is kept, and gives its root.
  static X509Certificate checked(String chainPem, byte[] publicKey, Digest rootKey)
      throws IOException, RefusedException {
    List<X509Certificate> chain = Pem.certificates(chainPem);
    X509Certificate root = rootWith(rootKey, chain);
    if (!Arrays.equals(chain.getFirst().getPublicKey().getEncoded(), publicKey)) {
      throw new RefusedException(
          new Reason.CsrInvalid("the certificate answered is for another key than asked for"));
    }
    if (device(chain.getFirst()).isEmpty()) {
      throw new RefusedException(new Reason.CsrInvalid("the certificate answered names no device"));
    }
    try {
      verify(chain, root);
    } catch (GeneralSecurityException e) {
      throw new RefusedException(
          new Reason.CsrInvalid(
              "the certificate answered does not verify: " + Quoted.of("" + e.getMessage())));
    }
    return root;
  }

  /// The part of the chain below the root's key, in whichever certificate that stands: a root is
  /// also there as its predecessor signed it.
  private static List<X509Certificate> upTo(X509Certificate root, List<X509Certificate> chain)
      throws GeneralSecurityException {
    List<X509Certificate> path = chain;
    for (int i = 0; i < chain.size(); i++) {
      if (chain.get(i).getPublicKey().equals(root.getPublicKey())) {
        path = chain.subList(0, i);
        break;
      }
    }
    if (path.isEmpty()) {
      throw new java.security.cert.CertificateException("the peer shows the root as its own");
    }
    return path;
  }
}
