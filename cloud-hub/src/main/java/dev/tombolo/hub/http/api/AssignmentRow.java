package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A release selected for a fleet, site or slot.
///
/// @param place `FLEET`, `FLEET/SITE` or `FLEET/SITE/SLOT`
@Json
public record AssignmentRow(
    String application,
    String place,
    String version,
    String digest,
    long changedMillis,
    String changedBy) {}
