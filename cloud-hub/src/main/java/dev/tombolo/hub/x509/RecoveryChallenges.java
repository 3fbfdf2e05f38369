package dev.tombolo.hub.x509;

import dev.tombolo.hub.core.CsrCheck;
import dev.tombolo.hub.core.RecoveryCheck;
import dev.tombolo.hub.core.RequestedKey;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.enrol.RecoveryProof;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Challenges for `/v1/recover`. A challenge carries its own proof that this process made it for
/// this device and this request (HMAC-SHA256 over both, a nonce and its end, by a key drawn at the
/// start), so that nobody can fill the memory by asking. That it is taken once is the loop's to see
/// to.
public final class RecoveryChallenges implements RecoveryCheck {
  private static final int NONCE_BYTES = 16;
  private static final int HEAD_BYTES = NONCE_BYTES + Long.BYTES;
  private static final int MAC_BYTES = 32;
  private static final String MAC = "HmacSHA256";

  private final DeviceCertificates certificates;
  private final CsrCheck requests;
  private final SecureRandom random = new SecureRandom();
  private final SecretKeySpec key;

  /// @param certificates reads what devices show and checks that one of our roots signed it
  public RecoveryChallenges(DeviceCertificates certificates, CsrCheck requests) {
    this.certificates = certificates;
    this.requests = requests;
    byte[] secret = new byte[MAC_BYTES];
    random.nextBytes(secret);
    this.key = new SecretKeySpec(secret, MAC);
  }

  @Override
  public Challenge challenge(String certificate, String csr, long nowMillis) {
    Optional<X509Certificate> shown = certificates.read(certificate);
    if (shown.isEmpty()) {
      return new Challenge.Refused(NOT_OURS);
    }
    return switch (requests.check(csr)) {
      case CsrCheck.Outcome.Bad(Reason reason) -> new Challenge.Refused(reason);
      case CsrCheck.Outcome.Good(RequestedKey wanted) -> {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] head =
            ByteBuffer.allocate(HEAD_BYTES)
                .put(nonce)
                .putLong(nowMillis + Limits.CHALLENGE_LIFE.toMillis())
                .array();
        byte[] whole =
            ByteBuffer.allocate(HEAD_BYTES + MAC_BYTES)
                .put(head)
                .put(mac(head, DeviceCertificates.describe(shown.get()).device(), wanted.csr()))
                .array();
        yield new Challenge.Given(Base64.getUrlEncoder().withoutPadding().encodeToString(whole));
      }
    };
  }

  @Override
  public Proof check(
      String certificate, String csr, String challenge, String signature, long nowMillis) {
    Optional<X509Certificate> shown = certificates.read(certificate);
    if (shown.isEmpty()) {
      return new Proof.Bad(NOT_OURS);
    }
    return switch (requests.check(csr)) {
      case CsrCheck.Outcome.Bad(Reason reason) -> new Proof.Bad(reason);
      case CsrCheck.Outcome.Good(RequestedKey wanted) ->
          proof(shown.get(), wanted, challenge, signature, nowMillis);
    };
  }

  /// Every check is made, whatever the others said: the time taken tells nothing.
  private Proof proof(
      X509Certificate certificate,
      RequestedKey wanted,
      String challenge,
      String signature,
      long nowMillis) {
    PresentedCertificate presented = DeviceCertificates.describe(certificate);
    byte[] whole = bytes(Base64.getUrlDecoder(), challenge);
    boolean isWhole = whole.length == HEAD_BYTES + MAC_BYTES;
    byte[] padded = java.util.Arrays.copyOf(whole, HEAD_BYTES + MAC_BYTES);
    byte[] head = java.util.Arrays.copyOf(padded, HEAD_BYTES);
    byte[] mac = java.util.Arrays.copyOfRange(padded, HEAD_BYTES, HEAD_BYTES + MAC_BYTES);
    boolean isOurs = MessageDigest.isEqual(mac, mac(head, presented.device(), wanted.csr()));
    boolean isSigned =
        isSigned(
            certificate,
            RecoveryProof.text(presented.device(), wanted.csr(), challenge),
            bytes(Base64.getDecoder(), signature));
    long untilMillis = ByteBuffer.wrap(head, NONCE_BYTES, Long.BYTES).getLong();
    if (!isWhole || !isOurs || !isSigned || nowMillis >= untilMillis) {
      return new Proof.Bad(
          new Reason.RecoveryRefused(
              "the challenge is not one given lately for this request, or it was not signed by the"
                  + " certificate's key"));
    }
    return new Proof.Good(
        presented, wanted, HexFormat.of().formatHex(head, 0, NONCE_BYTES), untilMillis);
  }

  private static boolean isSigned(X509Certificate certificate, byte[] text, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance("SHA256withECDSA");
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(text);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private byte[] mac(byte[] head, DeviceId device, Digest csr) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      mac.update(head);
      return mac.doFinal((device.text() + "|" + csr.text()).getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA256", e);
    }
  }

  private static byte[] bytes(Base64.Decoder decoder, String text) {
    try {
      return decoder.decode(text);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private static final Reason NOT_OURS =
      new Reason.RecoveryRefused("the certificate shown is not a device's certificate of this hub");
}
