package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/rollouts/{id}/{action}`; actions are `pause`, `resume`, `approve`,
/// `abort`, `rollback` and `retry`.
///
/// @param anyway with approve: open the next wave though the gate is shut
/// @param wave with approve: the wave that is meant; refused with 409 when it is not the next. May
///   be left out when only one is left to open
@Json
public record RolloutSteerAsk(
    String why, boolean anyway, @Nullable String wave, @Nullable String typedName) {
  public RolloutSteerAsk {
    why = why == null ? "" : why;
  }
}
