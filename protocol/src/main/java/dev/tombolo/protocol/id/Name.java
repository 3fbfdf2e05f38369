package dev.tombolo.protocol.id;

import java.util.regex.Pattern;

/// The name of a fleet, site, slot or application: a DNS label (RFC 1123: 1-63 characters of a-z,
/// 0-9 and `-`, neither first nor last a `-`).
public record Name(String text) implements Comparable<Name> {
  private static final Pattern SHAPE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  public Name {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a name; use 1-63 characters of a-z, 0-9 and '-', not at the ends");
    }
  }

  public static boolean isValid(String text) {
    return SHAPE.matcher(text).matches();
  }

  @Override
  public int compareTo(Name other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
