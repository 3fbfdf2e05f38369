package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/transfers/pause` and `POST /api/v1/transfers/resume`.
///
/// @param slot `SITE/SLOT`; null: the whole site
/// @param why for the audit, and for the people in the shop
@Json
public record PauseAsk(
    @Nullable String site, @Nullable String slot, String why, @Nullable String typedName) {}
