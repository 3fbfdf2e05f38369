package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// How many results the hub keeps.
///
/// @param bytes about as they stand on the disk
/// @param gone so many older ones have been dropped, which is also the cursor before the oldest
/// @param oldestMillis about when the oldest came; 0 when there is none
@Json
public record LogState(long rows, long bytes, long gone, long oldestMillis) {}
