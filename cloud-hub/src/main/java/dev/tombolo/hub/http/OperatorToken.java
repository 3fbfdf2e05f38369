package dev.tombolo.hub.http;

import dev.tombolo.protocol.id.CrockfordBase32;
import dev.tombolo.protocol.id.Digest;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/// An operator's token: `tbo_` and 160 random bits as Crockford base32. Prints as `***`.
public final class OperatorToken {
  private static final String PREFIX = "tbo_";
  private static final int BITS = 160;
  private static final Pattern SHAPE = Pattern.compile("tbo_[0-9a-hjkmnp-tv-z]{32}");
  private static final String BEARER = "Bearer ";

  private final String text;

  private OperatorToken(String text) {
    this.text = text;
  }

  public static OperatorToken draw(SecureRandom random) {
    byte[] secret = new byte[BITS / 8];
    random.nextBytes(secret);
    return new OperatorToken(PREFIX + CrockfordBase32.encode(secret, BITS));
  }

  /// The token of an `Authorization` header; empty for anything else.
  static Optional<OperatorToken> ofHeader(String header) {
    if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Optional.empty();
    }
    String text = header.substring(BEARER.length()).strip();
    return SHAPE.matcher(text).matches() ? Optional.of(new OperatorToken(text)) : Optional.empty();
  }

  /// What the hub keeps.
  public Digest hash() {
    return Digest.ofText(text);
  }

  /// In constant time.
  boolean fits(Digest hash) {
    return MessageDigest.isEqual(hash().bytes(), hash.bytes());
  }

  /// The secret itself, to be shown once.
  public String reveal() {
    return text;
  }

  @Override
  public String toString() {
    return "***";
  }
}
