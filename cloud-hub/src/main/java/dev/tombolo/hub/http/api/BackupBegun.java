package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// Answer to `POST /api/v1/backups`: the backup may be made now, and is told done under this id.
@Json
public record BackupBegun(String id) {}
