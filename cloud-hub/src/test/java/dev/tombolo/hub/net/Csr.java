package dev.tombolo.hub.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Base64;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// A certificate request as a device, or an attacker, makes it.
record Csr(byte[] der, String subject, KeyPair signer) {
  static Csr of(KeyPair pair, String subject) throws IOException, OperatorCreationException {
    return signed(pair, pair, subject);
  }

  /// The same signer asking for a certificate for another's key.
  Csr withKeyOf(KeyPair other) throws IOException, OperatorCreationException {
    return signed(other, signer, subject);
  }

  String pem() {
    return "-----BEGIN CERTIFICATE REQUEST-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der)
        + "\n-----END CERTIFICATE REQUEST-----\n";
  }

  private static Csr signed(KeyPair key, KeyPair signer, String subject)
      throws IOException, OperatorCreationException {
    byte[] der =
        new JcaPKCS10CertificationRequestBuilder(new X500Name(subject), key.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()))
            .getEncoded();
    return new Csr(der, subject, signer);
  }
}
