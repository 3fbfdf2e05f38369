package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Picks places by the labels of site and slot.
@Json
public record SelectorBody(
    @Nullable Map<String, String> matchLabels, @Nullable List<ExpressionBody> matchExpressions) {}
