package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Objects;

/// Body of `POST /api/v1/devices/{device}/ask`.
///
/// @param question `why`, `diagnostics` or `logs`
@Json
public record QuestionAsk(String question) {
  public QuestionAsk {
    Objects.requireNonNull(question, "question is missing");
  }
}
