package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// One result of a workload.
///
/// @param cursor ask for results after this one to go on
/// @param json the workload's own JSON text
@Json
public record ResultRow(
    long cursor,
    String device,
    String slot,
    String channel,
    long millis,
    long sequence,
    String json) {}
