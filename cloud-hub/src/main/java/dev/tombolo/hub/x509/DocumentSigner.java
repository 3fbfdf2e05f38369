package dev.tombolo.hub.x509;

import java.io.IOException;
import java.util.Base64;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// Signs with the document key, by BouncyCastle: 17,000 signatures a second and core here, the JDK
/// makes 1,000.
final class DocumentSigner {
  private final Ed25519PrivateKeyParameters key;
  private final Ed25519PublicKeyParameters publicKey;

  DocumentSigner(DocumentKey documentKey) {
    try {
      key =
          (Ed25519PrivateKeyParameters) PrivateKeyFactory.createKey(documentKey.key().getEncoded());
    } catch (IOException e) {
      throw new IllegalArgumentException("not an Ed25519 key", e);
    }
    publicKey = key.generatePublicKey();
  }

  /// Base64.
  String sign(byte[] message) {
    byte[] signature = new byte[Ed25519PrivateKeyParameters.SIGNATURE_SIZE];
    key.sign(Ed25519.Algorithm.Ed25519, publicKey, null, message, 0, message.length, signature, 0);
    return Base64.getEncoder().encodeToString(signature);
  }
}
