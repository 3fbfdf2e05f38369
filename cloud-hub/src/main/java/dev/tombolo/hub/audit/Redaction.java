package dev.tombolo.hub.audit;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Keeps secrets out of what is written down: values of parameters that are named like one.
public final class Redaction {
  private static final List<String> SECRET_WORDS =
      List.of(
          "password",
          "passwd",
          "passphrase",
          "pwd",
          "secret",
          "token",
          "credential",
          "auth",
          "bearer",
          "apikey",
          "api-key",
          "api_key",
          "privatekey",
          "private-key",
          "private_key",
          "licensekey",
          "license-key",
          "license_key",
          "licencekey",
          "licence-key",
          "licence_key");

  /// Only as a whole word: it stands in many others.
  private static final Pattern PIN = Pattern.compile("(^|[^a-z])pin($|[^a-z])");

  private Redaction() {}

  public static Map<String, String> of(Map<String, String> parameters) {
    Map<String, String> redacted = new TreeMap<>();
    parameters.forEach((name, value) -> redacted.put(name, isSecret(name) ? "***" : value));
    return redacted;
  }

  /// Whether a value would be seen under another name and is not under its own.
  public static boolean uncovers(String from, String to) {
    return isSecret(from) && !isSecret(to);
  }

  static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return SECRET_WORDS.stream().anyMatch(lower::contains) || PIN.matcher(lower).find();
  }
}
