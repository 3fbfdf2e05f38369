package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Which commit a device runs.
///
/// @param commit that it runs; null: none that is remembered
/// @param exact false: that commit or an earlier one with the same release, which is not known
/// @param version that is live; null: none
/// @param state `current` (all that the commit says), `waiting` or `failed`
@Json
public record GitDeviceRow(
    String slot,
    boolean online,
    @Nullable String commit,
    boolean exact,
    @Nullable String version,
    String state) {}
