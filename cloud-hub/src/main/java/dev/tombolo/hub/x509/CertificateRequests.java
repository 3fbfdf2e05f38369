package dev.tombolo.hub.x509;

import dev.tombolo.hub.core.CsrCheck;
import dev.tombolo.hub.core.RequestedKey;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// Checks PKCS#10 requests (RFC 2986): P-256 only, and the signature must be made with that key.
public final class CertificateRequests implements CsrCheck {
  private static final int P256_BITS = 256;

  @Override
  public Outcome check(String pem) {
    try {
      byte[] der =
          pem.contains("BEGIN NEW CERTIFICATE REQUEST")
              ? Pem.read("NEW CERTIFICATE REQUEST", pem)
              : Pem.read("CERTIFICATE REQUEST", pem);
      JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(der);
      PublicKey key = request.getPublicKey();
      if (!(key instanceof ECPublicKey ec)
          || ec.getParams().getCurve().getField().getFieldSize() != P256_BITS
          || !ec.getParams().toString().contains("secp256r1")) {
        return bad("the key must be on the curve P-256 (secp256r1)");
      }
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        return bad("its signature was not made with its key");
      }
      String spki = Base64.getEncoder().encodeToString(key.getEncoded());
      return new Outcome.Good(new RequestedKey(spki, Digest.of(der)));
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      // BouncyCastle answers garbage with any of these.
      return bad("not a PKCS#10 certificate request in PEM");
    }
  }

  private static Outcome bad(String detail) {
    return new Outcome.Bad(new Reason.CsrInvalid(detail));
  }
}
