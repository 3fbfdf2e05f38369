package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Answer to [BundleAsk].
///
/// @param standing `made`, `awaited`, `missing`, or `not-worth` (it would not be smaller than the
///   files)
/// @param bundle hex, when it is made; `GET /api/v1/bundles/{digest}` has it
/// @param detail why it is missing
@Json
public record BundleAnswer(
    String standing, @Nullable String bundle, long bytes, int retryAfterSeconds, String detail) {}
