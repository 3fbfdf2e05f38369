package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where in its fleet an application goes, and what is different there.
@Json
public record PolicyBody(@Nullable SelectorBody selector, @Nullable List<OverrideBody> overrides) {}
