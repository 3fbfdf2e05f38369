package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// What `tombolo hub ca ... --json` says.
///
/// @param before digest of the key that was in force
/// @param after digest of the key in force now
/// @param rootsInService how many roots devices may know and still find the hub
@Json
public record AuthorityChanged(String before, String after, int rootsInService) {}
