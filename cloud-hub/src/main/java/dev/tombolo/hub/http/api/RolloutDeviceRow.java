package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A device of a rollout.
///
/// @param permitUntilMillis end of its last permit; 0: it had none
/// @param words why it failed
@Json
public record RolloutDeviceRow(
    String slot, String wave, String phase, long permitUntilMillis, String words) {}
