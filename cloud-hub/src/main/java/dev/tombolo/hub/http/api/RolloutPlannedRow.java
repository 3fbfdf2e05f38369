package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A rollout that an `apply` would begin, over the devices that there are now.
@Json
public record RolloutPlannedRow(
    String name, String release, String fleet, RolloutPreviewShown preview) {}
