package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// Answer of `POST /api/v1/releases`.
///
/// @param isNew false when the hub had it already
@Json
public record ReleaseTaken(String release, String digest, boolean isNew) {}
