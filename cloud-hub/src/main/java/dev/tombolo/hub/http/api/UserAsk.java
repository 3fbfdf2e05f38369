package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// Body of `POST /api/v1/users`.
@Json
public record UserAsk(String name) {}
