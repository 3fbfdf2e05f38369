package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// What one layer says.
///
/// @param layer `global`, `fleet`, `site`, `device`, `rollout` or `override`; `release default`
///   where none of them says anything
/// @param object whose setting it is, like `site store-117`
/// @param where in the object; empty when the path says it
/// @param text as it was written; null when the layer takes the value away
/// @param source file and line it was applied from; empty when it is not known
@Json
public record ExplainedLink(
    String layer,
    String object,
    String where,
    @Nullable String text,
    String by,
    long millis,
    String source) {}
