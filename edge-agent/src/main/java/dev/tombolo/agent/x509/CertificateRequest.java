package dev.tombolo.agent.x509;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;

/// A PKCS#10 certificate request (RFC 2986) for a P-256 key, signed with ecdsa-with-SHA256.
final class CertificateRequest {
  private static final byte[] COMMON_NAME = Der.oid(2, 5, 4, 3);
  private static final byte[] ECDSA_WITH_SHA256 = Der.oid(1, 2, 840, 10045, 4, 3, 2);

  private CertificateRequest() {}

  static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks P-256; it needs jdk.crypto.ec", e);
    }
  }

  /// The request in PEM. The hub takes only its key; the name is for people who look at it.
  static String pem(KeyPair key, String commonName) {
    byte[] name = Der.sequence(Der.set(Der.sequence(COMMON_NAME, Der.utf8(commonName))));
    byte[] info =
        Der.sequence(Der.smallInteger(0), name, key.getPublic().getEncoded(), Der.context0());
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(key.getPrivate());
      signature.update(info);
      byte[] request =
          Der.sequence(info, Der.sequence(ECDSA_WITH_SHA256), Der.bits(signature.sign()));
      return Pem.write("CERTIFICATE REQUEST", request);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign with a key just made", e);
    }
  }

  /// The SubjectPublicKeyInfo within a request that [#pem] made.
  static byte[] publicKey(byte[] request) {
    int info = contentAt(request, 0);
    int version = contentAt(request, info);
    int name = endAt(request, version);
    int key = endAt(request, name);
    return Arrays.copyOfRange(request, key, endAt(request, key));
  }

  private static int contentAt(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static int endAt(byte[] der, int at) {
    int content = contentAt(der, at);
    int length = der[at + 1] & 0xff;
    if (length >= 0x80) {
      length = 0;
      for (int i = at + 2; i < content; i++) {
        length = length << 8 | der[i] & 0xff;
      }
    }
    return content + length;
  }
}
