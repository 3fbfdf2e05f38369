package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// Answer of `GET /api/v1/why`: there is always at least one cause.
@Json
public record WhyAnswer(String device, String slot, List<WhyCause> causes) {
  public WhyAnswer {
    causes = List.copyOf(causes);
  }
}
