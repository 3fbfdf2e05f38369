package dev.tombolo.protocol.id;

import org.jspecify.annotations.Nullable;

/// The name of a fleet, site, slot or application: a DNS label (RFC 1123: 1-63 characters of a-z,
/// 0-9 and `-`, neither first nor last a `-`).
public record Name(String text) implements Comparable<Name> {
  private static final int CHARACTERS_MAX = 63;

  public Name {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a name; use 1-63 characters of a-z, 0-9 and '-', not at the ends");
    }
  }

  public static boolean isValid(String text) {
    int length = text.length();
    if (length == 0 || length > CHARACTERS_MAX) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      boolean isInside = i > 0 && i < length - 1;
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && (c != '-' || !isInside)) {
        return false;
      }
    }
    return true;
  }

  /// Written out: ids are the keys of most maps, and this is twice as fast as what a record gets.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Name it && text.equals(it.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
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
