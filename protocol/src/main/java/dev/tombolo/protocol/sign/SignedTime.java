package dev.tombolo.protocol.sign;

import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.TimeProof;
import dev.tombolo.protocol.enrol.TimeResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.security.PublicKey;
import java.security.cert.X509Certificate;

/// The hub's time, as a device believes it that cannot judge the dates of any certificate: signed
/// by the document key just now.
public final class SignedTime {
  private SignedTime() {}

  /// What came of checking an answer.
  public sealed interface Outcome {}

  public record Proved(long hubMillis) implements Outcome {}

  public record Refused(Reason reason) implements Outcome {}

  /// @param nonce what was asked with
  /// @param rootKey SHA-256 of the SubjectPublicKeyInfo of the CA root that the device trusts
  public static Outcome check(TimeResponse answer, String nonce, Digest rootKey) {
    try {
      X509Certificate root;
      var chain = DocumentCertificate.certificates(answer.documentCertificate());
      switch (SpkiPin.match(rootKey, chain)) {
        case SpkiPin.Matched(var pinned) -> root = pinned;
        case SpkiPin.Refused(var reason) -> {
          return new Refused(reason);
        }
      }
      PublicKey key = DocumentCertificate.read(answer.documentCertificate(), root);
      return Ed25519Keys.holds(key, TimeProof.text(nonce, answer.hubMillis()), answer.signature())
          ? new Proved(answer.hubMillis())
          : new Refused(
              new Reason.SignatureRefused("the hub's time is not signed for this device"));
    } catch (MalformedException e) {
      return new Refused(e.reason());
    }
  }
}
