package dev.tombolo.protocol.id;

import java.util.regex.Pattern;

/// A device's immutable id, derived from the key it first enrolled with: `dev-` and the first 120
/// bits of SHA-256(SubjectPublicKeyInfo DER) as 24 lower-case Crockford base32 characters. It is
/// the CN of its certificate, its MQTT client id, and the third level of its topics.
public record DeviceId(String text) implements Comparable<DeviceId> {
  private static final Pattern SHAPE = Pattern.compile("dev-[0-9a-hjkmnp-tv-z]{24}");

  public DeviceId {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a device id; expected dev- and 24 characters of 0-9a-hjkmnp-tv-z");
    }
  }

  public static boolean isValid(String text) {
    return SHAPE.matcher(text).matches();
  }

  /// The id for a public key.
  public static DeviceId ofKey(byte[] subjectPublicKeyInfoDer) {
    byte[] hash = Digest.of(subjectPublicKeyInfoDer).bytes();
    return new DeviceId("dev-" + CrockfordBase32.encode(hash, 120));
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
