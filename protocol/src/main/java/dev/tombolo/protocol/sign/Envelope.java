package dev.tombolo.protocol.sign;

import java.util.List;

/// A DSSE v1 envelope (secure-systems-lab/dsse). `payload` and `sig` are standard base64.
public record Envelope(String payloadType, String payload, List<Signature> signatures) {
  public Envelope {
    signatures = List.copyOf(signatures);
  }

  /// @param keyid `sha256:` and hex of the signer's SubjectPublicKeyInfo DER
  public record Signature(String keyid, String sig) {}
}
