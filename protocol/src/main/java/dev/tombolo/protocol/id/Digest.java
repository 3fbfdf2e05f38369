package dev.tombolo.protocol.id;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// A SHA-256 digest (FIPS 180-4), written `sha256:` and 64 lower-case hex digits.
public record Digest(String text) implements Comparable<Digest> {
  public static final String PREFIX = "sha256:";
  private static final int CHARACTERS = PREFIX.length() + 64;

  /// Digits and letters come in no order that a processor could guess, so it looks them up.
  private static final boolean[] IS_HEX = isHex();

  /// Never given anything to digest.
  private static final MessageDigest SHA_256 = fresh();

  public Digest {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a digest; expected sha256: and 64 lower-case hex digits");
    }
  }

  public static boolean isValid(String text) {
    if (text.length() != CHARACTERS || !text.startsWith(PREFIX)) {
      return false;
    }
    for (int i = PREFIX.length(); i < CHARACTERS; i++) {
      char c = text.charAt(i);
      if (c >= IS_HEX.length || !IS_HEX[c]) {
        return false;
      }
    }
    return true;
  }

  private static boolean[] isHex() {
    boolean[] isHex = new boolean[128];
    for (char c : "0123456789abcdef".toCharArray()) {
      isHex[c] = true;
    }
    return isHex;
  }

  public static Digest of(byte[] content) {
    return ofHash(sha256().digest(content));
  }

  public static Digest ofText(String content) {
    return of(content.getBytes(StandardCharsets.UTF_8));
  }

  /// Wraps a finished SHA-256 of 32 bytes.
  public static Digest ofHash(byte[] hash) {
    return ofHex(HexFormat.of().formatHex(hash));
  }

  public static Digest ofHex(String hex) {
    // Not by `+`, which takes some milliseconds where nothing else has used it.
    return new Digest(PREFIX.concat(hex));
  }

  public String hex() {
    return text.substring(PREFIX.length());
  }

  public byte[] bytes() {
    return HexFormat.of().parseHex(hex());
  }

  /// The first 12 hex digits, for people.
  public String brief() {
    return hex().substring(0, 12);
  }

  /// Written out: ids are the keys of most maps, and this is twice as fast as what a record gets.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Digest it && text.equals(it.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public int compareTo(Digest other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }

  /// A copy of a fresh one costs a fraction of asking the platform's providers for another.
  private static MessageDigest sha256() {
    try {
      return (MessageDigest) SHA_256.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's SHA-256 can be copied", e);
    }
  }

  private static MessageDigest fresh() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
