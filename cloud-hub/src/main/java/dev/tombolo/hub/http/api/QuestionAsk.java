package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// Body of `POST /api/v1/devices/{device}/ask`.
///
/// @param question `why`, `diagnostics` or `logs`
@Json
public record QuestionAsk(String question) {}
