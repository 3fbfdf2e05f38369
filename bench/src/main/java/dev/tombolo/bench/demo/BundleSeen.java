package dev.tombolo.bench.demo;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A bundle as the hub lists it.
///
/// @param target NAME@VERSION
/// @param base NAME@VERSION; null: from nothing
@Json
public record BundleSeen(String target, @Nullable String base, String standing) {}
