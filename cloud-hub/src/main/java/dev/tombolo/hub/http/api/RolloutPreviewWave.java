package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A wave of a preview.
///
/// @param haveIt already
@Json
public record RolloutPreviewWave(
    String name,
    int devices,
    int sites,
    int haveIt,
    long bytes,
    long largestSiteBytes,
    long leastMillis) {}
