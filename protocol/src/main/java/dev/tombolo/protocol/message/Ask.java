package dev.tombolo.protocol.message;

import java.util.Map;

/// A live question to a connected device.
///
/// @param question `why`, `diagnostics` or `logs`; others are answered with `ok=false`
public record Ask(String id, String question, Map<String, String> arguments) {
  public Ask {
    arguments = Map.copyOf(arguments);
  }
}
