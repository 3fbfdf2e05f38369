package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// Body of `POST /api/v1/backups/{id}/done`.
///
/// @param archive SHA-256 of the file, hex
@Json
public record BackupDone(String archive, long bytes) {}
