package dev.tombolo.bench.demo;

import io.avaje.jsonb.Json;

/// How long one part of a step took: a command, or something that was waited for.
@Json
public record PartTime(String what, double seconds) {}
