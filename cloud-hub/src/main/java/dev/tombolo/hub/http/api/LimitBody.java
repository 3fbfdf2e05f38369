package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A bound of what comes over a line, as people write it.
///
/// @param hours `Mon-Fri 08:00-20:00`
/// @param limit `2Mbit/s`
@Json
public record LimitBody(String hours, String limit) {}
