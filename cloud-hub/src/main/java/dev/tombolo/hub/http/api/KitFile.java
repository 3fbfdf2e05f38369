package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A file that a kit needs; `GET /api/v1/files/{digest}` has it.
///
/// @param digest hex
@Json
public record KitFile(String digest, long bytes) {}
