package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/bundles`: one that is not there and can be is made from now on.
///
/// @param target hex of a release, a dot, and the variant counted from 0
/// @param base as `target`; null: from nothing
@Json
public record BundleAsk(String target, @Nullable String base) {}
