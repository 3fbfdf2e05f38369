package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Which commit a device runs.
///
/// @param commit of which it runs the release; null: none that is remembered
/// @param version that is live; null: none
/// @param state `current` (all that the commit says), `waiting` or `failed`
@Json
public record GitDeviceRow(
    String slot, boolean online, @Nullable String commit, @Nullable String version, String state) {}
