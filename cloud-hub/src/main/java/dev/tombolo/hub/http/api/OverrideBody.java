package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Patches for some places of a policy; none that are selected are all.
@Json
public record OverrideBody(@Nullable SelectorBody selector, @Nullable List<PatchBody> patches) {}
