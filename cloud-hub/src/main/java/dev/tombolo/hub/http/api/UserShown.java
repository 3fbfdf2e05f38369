package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// The only time a user's token is shown.
@Json
public record UserShown(String name, String token) {}
