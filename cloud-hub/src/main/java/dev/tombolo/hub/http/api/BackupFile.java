package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A file of a backup, or one that belongs to it.
///
/// @param name within the backup
/// @param digest SHA-256, hex
@Json
public record BackupFile(String name, long bytes, String digest) {}
