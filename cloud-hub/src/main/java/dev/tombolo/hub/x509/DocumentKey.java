package dev.tombolo.hub.x509;

import dev.tombolo.protocol.id.Digest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/// The Ed25519 key for desired documents.
public record DocumentKey(PrivateKey key, X509Certificate certificate) {
  /// `sha256:` and hex of the SubjectPublicKeyInfo.
  public String keyId() {
    return Digest.of(certificate.getPublicKey().getEncoded()).text();
  }

  public String pem() {
    return Pem.certificate(certificate);
  }
}
