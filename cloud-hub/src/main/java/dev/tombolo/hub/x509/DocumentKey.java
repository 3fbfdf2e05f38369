package dev.tombolo.hub.x509;

import dev.tombolo.protocol.id.Digest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/// The Ed25519 key for desired documents.
///
/// @param above PEM of the way from its issuer to the oldest root in service; empty where there is
///   only one root, which devices have
public record DocumentKey(PrivateKey key, X509Certificate certificate, String above) {
  /// `sha256:` and hex of the SubjectPublicKeyInfo.
  public String keyId() {
    return Digest.of(certificate.getPublicKey().getEncoded()).text();
  }

  public String pem() {
    return Pem.certificate(certificate) + above;
  }
}
