package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A bundle that the hub has, or is to make.
///
/// @param target NAME@VERSION
/// @param variant of the target, counted from 0
/// @param base NAME@VERSION; null: from nothing
/// @param standing `made`, `making`, `waiting`, `failed` or `not-worth`
/// @param bundle its digest; null while there is none
/// @param plainBytes of the files that it makes
/// @param usedMillis when a device last asked for it, or when it was made
/// @param detail why it failed
@Json
public record BundleRow(
    String target,
    int variant,
    @Nullable String base,
    String standing,
    @Nullable String bundle,
    long bytes,
    long plainBytes,
    long usedMillis,
    String detail) {}
