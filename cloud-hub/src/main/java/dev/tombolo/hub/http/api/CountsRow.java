package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// How far the devices of a place, or of an application, are.
///
/// @param upToDate have the newest document, and run all that it selects
/// @param waiting not yet, with a line or without
/// @param failed went back to what they had
/// @param offline of all of them, without a line now
@Json
public record CountsRow(long total, long upToDate, long waiting, long failed, long offline) {}
