package dev.tombolo.bench.demo;

import io.avaje.jsonb.Json;

/// What a shop's embedding service says of itself at `/healthz`.
///
/// @param model SHA-256 of the model it has really loaded
/// @param texts embedded since its start
@Json
public record HealthSeen(String model, String release, long pid, long texts) {}
