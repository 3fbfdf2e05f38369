package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/unassign`.
@Json
public record UnassignAsk(
    String application,
    String fleet,
    @Nullable String site,
    @Nullable String slot,
    @Nullable String typedName) {}
