package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/devices/{device}/revoke`.
@Json
public record RevokeAsk(String why, @Nullable String typedName) {}
