package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Downloads that a person has stopped.
///
/// @param slot null: of the whole site
@Json
public record PauseRow(
    String site, @Nullable String slot, long sinceMillis, String by, String why) {}
