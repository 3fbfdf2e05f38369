package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/assign`.
///
/// @param release `NAME@VERSION`
/// @param slot `SITE/SLOT`
@Json
public record AssignAsk(
    String release,
    String fleet,
    @Nullable String site,
    @Nullable String slot,
    @Nullable String typedName) {}
