package dev.tombolo.protocol.sign;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;

/// Trust in a TLS server by the hash of its CA root's public key, before any certificate is held.
public final class SpkiPin {
  public static final int CHAIN_MAX = 5;

  private SpkiPin() {}

  /// What came of comparing a chain with a pin.
  public sealed interface Outcome {}

  /// @param root the pinned CA certificate; from now on the trust anchor
  public record Matched(X509Certificate root) implements Outcome {}

  public record Refused(Reason.PinMismatch reason) implements Outcome {}

  /// SHA-256 of the certificate's SubjectPublicKeyInfo DER.
  public static Digest of(X509Certificate certificate) {
    return Digest.of(certificate.getPublicKey().getEncoded());
  }

  /// Matched when the chain, each certificate signed by the next, leads to a CA with the pinned
  /// key. Says nothing of dates, host name and key usage: the TLS layer checks these, with the
  /// matched root as its only anchor.
  ///
  /// @param chain as the server sends it, leaf first, root included
  public static Outcome match(Digest pin, List<X509Certificate> chain) {
    if (chain.isEmpty() || chain.size() > CHAIN_MAX) {
      return refused(pin, "a chain of " + chain.size() + " certificates");
    }
    for (int i = 0; i < chain.size(); i++) {
      X509Certificate certificate = chain.get(i);
      if (i > 0 && !isIssuer(certificate, chain.get(i - 1))) {
        return refused(pin, "a chain whose certificate " + i + " is not signed by the next");
      }
      if (of(certificate).equals(pin)) {
        return certificate.getBasicConstraints() >= 0
            ? new Matched(certificate)
            : refused(pin, "that key on a certificate that is no CA");
      }
    }
    return refused(pin, of(chain.getLast()).text());
  }

  private static boolean isIssuer(X509Certificate issuer, X509Certificate of) {
    try {
      if (issuer.getBasicConstraints() < 0) {
        return false;
      }
      of.verify(issuer.getPublicKey());
      return of.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Refused refused(Digest pin, String got) {
    return new Refused(new Reason.PinMismatch(pin.text(), got));
  }
}
