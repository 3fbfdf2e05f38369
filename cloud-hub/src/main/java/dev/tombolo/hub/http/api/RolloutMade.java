package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// Answer of `POST /api/v1/rollouts`.
///
/// @param rollout its id, like `r12`
@Json
public record RolloutMade(String rollout) {}
