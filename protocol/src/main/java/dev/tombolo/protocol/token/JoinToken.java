package dev.tombolo.protocol.token;

import dev.tombolo.protocol.id.Digest;
import java.util.List;

/// A join token's content. Written `tmb1_` + Crockford base32 of: version (1 byte, 1), id (8
/// bytes), secret (20 bytes), SHA-256 of the hub CA root's SPKI (32), SHA-256 of the publisher
/// root's payload (32), expiry (8 bytes, seconds since 1970, big-endian), endpoint count (1 byte,
/// 1-4), each endpoint (1 length byte, UTF-8 `host:port`), CRC-32C of all before (4 bytes,
/// big-endian). Case and `-` do not matter when read. [JoinTokenCodec] reads and writes it.
///
/// @param id 16 hex digits, public: names the token in lists and audit
/// @param expiresSeconds since 1970-01-01T00:00Z
public record JoinToken(
    String id,
    TokenSecret secret,
    Digest rootKey,
    Digest publisherRoot,
    long expiresSeconds,
    List<String> endpoints) {
  public JoinToken {
    endpoints = List.copyOf(endpoints);
  }
}
