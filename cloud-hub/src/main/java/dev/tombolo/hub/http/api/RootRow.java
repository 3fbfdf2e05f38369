package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A publisher root the hub trusts.
///
/// @param digest what join tokens pin, of version 1
/// @param envelope JSON of its DSSE envelope
@Json
public record RootRow(long version, String digest, String envelope) {}
