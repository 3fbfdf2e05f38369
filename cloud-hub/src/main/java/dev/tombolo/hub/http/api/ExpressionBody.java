package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// @param operator `In`, `NotIn`, `Exists` or `DoesNotExist`
@Json
public record ExpressionBody(String key, String operator, @Nullable List<String> values) {}
