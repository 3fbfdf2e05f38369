package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// @param before null when it was not there
/// @param after null when it goes
@Json
public record FieldChangeRow(String path, @Nullable String before, @Nullable String after) {}
