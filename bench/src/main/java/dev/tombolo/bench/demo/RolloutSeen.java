package dev.tombolo.bench.demo;

import io.avaje.jsonb.Json;

/// A rollout as the hub lists it.
///
/// @param words how it stands
@Json
public record RolloutSeen(
    String id, String release, String state, String words, int succeeded, int failed) {}
