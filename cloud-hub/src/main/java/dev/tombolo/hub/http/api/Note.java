package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// Something worth knowing beside a result, on standard error.
@Json
public record Note(String note) {}
