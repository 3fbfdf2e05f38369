package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// One cause.
///
/// @param code of the reason, like `probe-failed`
@Json
public record WhyCause(String code, String words) {}
