package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A join token in a list.
///
/// @param state `open`, `used`, `expired` or `revoked`
@Json
public record TokenRow(
    String id,
    String state,
    String fleet,
    @Nullable String site,
    @Nullable String slot,
    int uses,
    int used,
    long expiresMillis,
    long createdMillis,
    String createdBy) {}
