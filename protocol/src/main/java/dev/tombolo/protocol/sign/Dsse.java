package dev.tombolo.protocol.sign;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Signs and verifies DSSE v1 envelopes (secure-systems-lab/dsse) with Ed25519 (RFC 8032).
public final class Dsse {
  public static final int SIGNATURES_MAX = 16;

  /// `sha256:` and 12 digits.
  private static final int KEYID_CHARS_SHOWN = 19;

  private Dsse() {}

  /// What came of verifying an envelope.
  public sealed interface Outcome {}

  /// @param payload exactly the signed bytes, as UTF-8 text
  /// @param digest SHA-256 of the signed bytes
  /// @param signers key ids whose signatures hold, each once
  public record Verified(String payload, Digest digest, List<String> signers) implements Outcome {
    public Verified {
      signers = List.copyOf(signers);
    }
  }

  public record Refused(Reason.SignatureRefused reason) implements Outcome {}

  /// The pre-authentication encoding, which is what is signed.
  public static byte[] pae(String payloadType, byte[] payload) {
    byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
    String before = "DSSEv1 " + type.length + " " + payloadType + " " + payload.length + " ";
    byte[] head = before.getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + payload.length);
    System.arraycopy(payload, 0, all, head.length, payload.length);
    return all;
  }

  public static Envelope sign(String payloadType, String payload, PrivateKey key, String keyid) {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    return new Envelope(
        payloadType,
        Base64.getEncoder().encodeToString(bytes),
        List.of(signature(payloadType, bytes, key, keyid)));
  }

  /// The same envelope with one more signature; an older one of the same key is replaced.
  ///
  /// @throws IllegalArgumentException if the payload is not base64
  public static Envelope cosign(Envelope envelope, PrivateKey key, String keyid) {
    byte[] bytes = Base64.getDecoder().decode(envelope.payload());
    List<Envelope.Signature> signatures = new ArrayList<>(envelope.signatures());
    signatures.removeIf(signature -> signature.keyid().equals(keyid));
    signatures.add(signature(envelope.payloadType(), bytes, key, keyid));
    return new Envelope(envelope.payloadType(), envelope.payload(), signatures);
  }

  /// Verified when at least `threshold` different keys of `keys` signed this payload as this type.
  /// Signatures by other keys, and wrong ones, count nothing.
  ///
  /// @param keys by key id
  public static Outcome verify(
      Envelope envelope,
      String payloadType,
      int payloadBytesMax,
      int threshold,
      Map<String, PublicKey> keys) {
    if (!envelope.payloadType().equals(payloadType)) {
      return refused(
          "it is signed as '" + Quoted.of(envelope.payloadType()) + "', not as " + payloadType);
    }
    if (threshold < 1) {
      return refused("a threshold of " + threshold + " trusts nobody");
    }
    if (envelope.signatures().isEmpty()) {
      return refused("it is not signed");
    }
    if (envelope.signatures().size() > SIGNATURES_MAX) {
      return refused("it has more than " + SIGNATURES_MAX + " signatures");
    }
    byte[] payload;
    String text;
    try {
      payload = base64("payload", envelope.payload(), payloadBytesMax);
      text = Json.utf8("payload", payload);
    } catch (MalformedException e) {
      return refused(e.getMessage());
    }
    byte[] signed = pae(payloadType, payload);
    Set<String> signers = new HashSet<>();
    boolean knownKey = false;
    for (Envelope.Signature signature : envelope.signatures()) {
      PublicKey key = keys.get(signature.keyid());
      if (key != null) {
        knownKey = true;
        if (Ed25519Keys.holds(key, signed, signature.sig())) {
          signers.add(signature.keyid());
        }
      }
    }
    if (signers.size() >= threshold) {
      return new Verified(text, Digest.of(payload), List.copyOf(signers));
    }
    if (!knownKey) {
      return refused("no trusted key signed it; signed by " + keyids(envelope));
    }
    return refused(
        signers.isEmpty()
            ? "its signature does not fit its content: it was altered after signing"
            : signers.size() + " of " + threshold + " needed signatures hold");
  }

  static byte[] base64(String what, String text, int bytesMax) throws MalformedException {
    if (text.length() > (bytesMax + 2L) / 3 * 4) {
      throw new MalformedException(what, "larger than " + bytesMax + " bytes");
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      if (bytes.length > bytesMax) {
        throw new MalformedException(what, "larger than " + bytesMax + " bytes");
      }
      return bytes;
    } catch (IllegalArgumentException e) {
      throw new MalformedException(what, "is not base64");
    }
  }

  private static Envelope.Signature signature(
      String payloadType, byte[] payload, PrivateKey key, String keyid) {
    return new Envelope.Signature(keyid, Ed25519Keys.sign(key, pae(payloadType, payload)));
  }

  private static String keyids(Envelope envelope) {
    StringBuilder out = new StringBuilder();
    for (Envelope.Signature signature : envelope.signatures()) {
      String keyid = signature.keyid();
      out.append(out.isEmpty() ? "" : ", ");
      out.append(Quoted.of(keyid, KEYID_CHARS_SHOWN));
    }
    return out.toString();
  }

  private static Refused refused(String detail) {
    return new Refused(new Reason.SignatureRefused(detail));
  }
}
