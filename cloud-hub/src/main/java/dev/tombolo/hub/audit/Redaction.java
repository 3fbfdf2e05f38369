package dev.tombolo.hub.audit;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Keeps secrets out of what is written down: values of parameters that are named like one.
public final class Redaction {
  private static final List<String> SECRET_WORDS =
      List.of(
          "password", "passwd", "secret", "token", "credential", "apikey", "api-key", "api_key");

  private Redaction() {}

  public static Map<String, String> of(Map<String, String> parameters) {
    Map<String, String> redacted = new TreeMap<>();
    parameters.forEach((name, value) -> redacted.put(name, isSecret(name) ? "***" : value));
    return redacted;
  }

  static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return SECRET_WORDS.stream().anyMatch(lower::contains);
  }
}
