package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A publisher key of the hub's newest root, or of a file.
///
/// @param version of the root that names it
/// @param threshold how many of the root's keys must sign
@Json
public record PublisherKeyRow(
    String keyid, String name, String algorithm, long version, int threshold) {}
