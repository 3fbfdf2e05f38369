package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/tokens`.
///
/// @param slot `SITE/SLOT`; then `uses` is 1
/// @param typedName the fleet's name, where it is protected
@Json
public record TokenAsk(String fleet, @Nullable String site, @Nullable String slot, int uses, long lifeSeconds, @Nullable String typedName) {}
