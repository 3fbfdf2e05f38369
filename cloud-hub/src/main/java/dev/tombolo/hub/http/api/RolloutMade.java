package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// Answer of `POST /api/v1/rollouts`.
///
/// @param rollout its id, like `r12`
/// @param warnings what whoever begins it may not have meant
@Json
public record RolloutMade(String rollout, List<String> warnings) {
  public RolloutMade {
    warnings = List.copyOf(warnings);
  }
}
