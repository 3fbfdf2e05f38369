package dev.tombolo.hub.x509;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/// Whether a private key belongs to a certificate, found by signing with one and checking with the
/// other: the two files may stem from different starts if one was cut off between them.
final class KeyMatch {
  private KeyMatch() {}

  /// Of P-256 keys.
  static boolean pairs(X509Certificate certificate, PrivateKey key)
      throws GeneralSecurityException {
    return pairs("SHA256withECDSA", certificate, key);
  }

  static boolean pairs(String algorithm, X509Certificate certificate, PrivateKey key)
      throws GeneralSecurityException {
    byte[] probe = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(probe);
    return signature.verify(signed);
  }
}
