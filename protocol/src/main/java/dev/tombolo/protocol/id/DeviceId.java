package dev.tombolo.protocol.id;

import org.jspecify.annotations.Nullable;

/// A device's immutable id, derived from the key it first enrolled with: `dev-` and the first 120
/// bits of SHA-256(SubjectPublicKeyInfo DER) as 24 lower-case Crockford base32 characters. It is
/// the CN of its certificate, its MQTT client id, and the third level of its topics.
public record DeviceId(String text) implements Comparable<DeviceId> {
  private static final String PREFIX = "dev-";
  private static final int CHARACTERS = PREFIX.length() + 24;

  public DeviceId {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a device id; expected dev- and 24 characters of 0-9a-hjkmnp-tv-z");
    }
  }

  public static boolean isValid(String text) {
    if (text.length() != CHARACTERS || !text.startsWith(PREFIX)) {
      return false;
    }
    for (int i = PREFIX.length(); i < CHARACTERS; i++) {
      char c = text.charAt(i);
      boolean isDigit = c >= '0' && c <= '9';
      boolean isLetter = c >= 'a' && c <= 'z' && c != 'i' && c != 'l' && c != 'o' && c != 'u';
      if (!isDigit && !isLetter) {
        return false;
      }
    }
    return true;
  }

  /// The id for a public key.
  public static DeviceId ofKey(byte[] subjectPublicKeyInfoDer) {
    byte[] hash = Digest.of(subjectPublicKeyInfoDer).bytes();
    return new DeviceId("dev-" + CrockfordBase32.encode(hash, 120));
  }

  /// Written out: ids are the keys of most maps, and this is twice as fast as what a record gets.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DeviceId it && text.equals(it.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public int compareTo(DeviceId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
