package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// What a connected device answered.
///
/// @param body text for people or JSON, as the question says
@Json
public record DeviceSaid(boolean ok, String body) {}
