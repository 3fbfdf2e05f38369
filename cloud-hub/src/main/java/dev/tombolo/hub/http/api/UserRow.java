package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A person who may use the admin API.
@Json
public record UserRow(
    String name, long createdMillis, String createdBy, @Nullable Long revokedMillis) {}
