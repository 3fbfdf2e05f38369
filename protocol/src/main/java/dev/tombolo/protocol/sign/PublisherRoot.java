package dev.tombolo.protocol.sign;

import java.util.List;

/// Who may sign releases: keys and how many of them must. Signed as DSSE payload type
/// [#PAYLOAD_TYPE] by itself (a threshold of its own keys) and, from version 2 on, by a threshold
/// of the version before. The digest of version 1's payload is what join tokens pin.
///
/// @param version 1, 2, 3, ... without gaps
public record PublisherRoot(long version, int threshold, List<Key> keys) {
  public static final String PAYLOAD_TYPE = "application/vnd.tombolo.publisher-root.v1+json";

  public PublisherRoot {
    keys = List.copyOf(keys);
  }

  /// @param keyid `sha256:` and hex of the SubjectPublicKeyInfo DER
  /// @param algorithm `ed25519`
  /// @param publicKey base64 of the SubjectPublicKeyInfo DER (RFC 8410)
  public record Key(String keyid, String algorithm, String publicKey, String name) {}
}
