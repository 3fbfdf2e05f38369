package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A line of the audit.
@Json
public record AuditRow(
    long sequence,
    long millis,
    String principal,
    String action,
    String subject,
    String before,
    String after,
    String hash) {}
