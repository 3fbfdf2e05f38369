package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/override`.
///
/// @param slot `SITE/SLOT`
/// @param seconds for so long its windows are lifted
/// @param why for the audit
@Json
public record OverrideAsk(String slot, long seconds, String why, @Nullable String typedName) {}
