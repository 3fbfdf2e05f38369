package dev.tombolo.protocol.token;

import dev.tombolo.protocol.id.Digest;
import java.security.MessageDigest;
import java.util.Arrays;

/// The 160 secret bits of a join token. Compares in constant time; prints as `***`. The hub stores
/// only [#hash()].
public final class TokenSecret {
  public static final int BYTES = 20;
  private final byte[] bytes;

  public TokenSecret(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "a token secret has " + BYTES + " bytes, not " + bytes.length);
    }
    this.bytes = bytes.clone();
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  public Digest hash() {
    return Digest.of(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenSecret that && MessageDigest.isEqual(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "***";
  }
}
