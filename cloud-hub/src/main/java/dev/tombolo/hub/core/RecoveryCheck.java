package dev.tombolo.hub.core;

import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.reason.Reason;

/// Gives challenges to devices whose certificate has run out, and checks what they answer. Knows no
/// device: a stranger with a certificate of ours is challenged like anybody, so that asking tells
/// nothing.
public interface RecoveryCheck {
  /// @param certificate and `csr` untrusted PEM, already bounded in size
  Challenge challenge(String certificate, String csr, long nowMillis);

  /// What is said to who asks for a challenge.
  sealed interface Challenge {
    record Given(String challenge) implements Challenge {}

    record Refused(Reason reason) implements Challenge {}
  }

  /// @param signature base64
  Proof check(String certificate, String csr, String challenge, String signature, long nowMillis);

  /// What an answer to a challenge turned out to be.
  sealed interface Proof {
    /// @param nonce of the challenge, which is to be taken once only
    /// @param nonceUntilMillis when the challenge is of no use any more
    record Good(
        PresentedCertificate certificate, RequestedKey key, String nonce, long nonceUntilMillis)
        implements Proof {}

    record Bad(Reason reason) implements Proof {}
  }
}
