package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// What `tombolo version --json` prints.
@Json
public record ProgramVersion(String tombolo, String java) {}
