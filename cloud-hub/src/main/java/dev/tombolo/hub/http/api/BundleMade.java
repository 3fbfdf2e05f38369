package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// What `tombolo bundle make` made.
///
/// @param digest of the bundle, its address
/// @param plainBytes of the files that it makes
@Json
public record BundleMade(
    String file, String digest, long bytes, long plainBytes, int segments, long milliseconds) {}
