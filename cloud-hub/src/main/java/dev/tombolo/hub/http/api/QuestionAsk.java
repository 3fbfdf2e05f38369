package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/devices/{device}/ask`.
///
/// @param question `why`, `diagnostics` or `logs`
/// @param arguments of the question: `logs` needs `application`; absent means none
@Json
public record QuestionAsk(String question, @Nullable Map<String, String> arguments) {
  public QuestionAsk {
    arguments = arguments == null ? Map.of() : Map.copyOf(arguments);
  }

  public QuestionAsk(String question) {
    this(question, Map.of());
  }

  /// Never null.
  @Override
  public Map<String, String> arguments() {
    return arguments == null ? Map.of() : arguments;
  }
}
