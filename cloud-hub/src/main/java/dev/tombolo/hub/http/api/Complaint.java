package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// What a command prints on standard error with `--json` when it fails.
///
/// @param exit its exit code
/// @param code a fixed word, the reason's where the hub refused
@Json
public record Complaint(int exit, String code, String message) {}
