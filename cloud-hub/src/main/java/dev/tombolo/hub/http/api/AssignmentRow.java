package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A release selected for a fleet, site or slot.
///
/// @param counts of a whole fleet: the devices that are to have it; with the application's
///   generation
/// @param place `FLEET`, `FLEET/SITE` or `FLEET/SITE/SLOT`
@Json
public record AssignmentRow(
    String application,
    String place,
    String version,
    String digest,
    long changedMillis,
    String changedBy,
    @Nullable Long generation,
    @Nullable Long observedGeneration,
    @Nullable CountsRow counts) {}
