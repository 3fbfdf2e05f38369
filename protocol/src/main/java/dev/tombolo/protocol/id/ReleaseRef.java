package dev.tombolo.protocol.id;

import java.util.regex.Pattern;

/// A release as people write it, `people-embedding@1.5.0`. The name is the application's; versions
/// are 1-64 characters of letters, digits, `.`, `-`, `_` and `+`.
public record ReleaseRef(Name name, String version) {
  private static final Pattern VERSION = Pattern.compile("[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}");

  public ReleaseRef {
    if (!isVersion(version)) {
      throw new IllegalArgumentException(
          "'" + version + "' is not a version; use 1-64 letters, digits, '.', '-', '_', '+'");
    }
  }

  public static boolean isVersion(String text) {
    return VERSION.matcher(text).matches();
  }

  public static ReleaseRef parse(String text) {
    int at = text.indexOf('@');
    if (at < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a release; write NAME@VERSION, like people-embedding@1.5.0");
    }
    return new ReleaseRef(new Name(text.substring(0, at)), text.substring(at + 1));
  }

  @Override
  public String toString() {
    return name + "@" + version;
  }
}
