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

  /// Verifies the chain up to the root, at a time when all of it is valid already: a device whose
  /// clock is behind must be able to ask for the time.
  static void verify(List<X509Certificate> chain, X509Certificate root, long nowMillis)
      throws GeneralSecurityException {
    List<X509Certificate> path = upTo(root, chain);
    long at = Math.max(nowMillis, root.getNotBefore().getTime());
    for (X509Certificate certificate : path) {
      at = Math.max(at, certificate.getNotBefore().getTime());
    }
    root.checkValidity(new Date(at));
    CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path);
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(new Date(at));
    CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
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
      verify(chain, root, 0);
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
