package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/devices/{device}/ask`.
///
/// @param question `why`, `diagnostics` or `logs`
/// @param arguments of the question: `logs` needs `application`; absent means none
@Json
public record QuestionAsk(String question, @Nullable Map<String, String> arguments) {
  public QuestionAsk {
    Objects.requireNonNull(question, "question is missing");
    Map<String, String> given = arguments == null ? Map.of() : arguments;
    given.forEach((name, value) -> Objects.requireNonNull(value, "an argument has no value"));
    arguments = Map.copyOf(given);
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
