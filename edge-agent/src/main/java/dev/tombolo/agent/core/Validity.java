package dev.tombolo.agent.core;

/// When a certificate is good, ms since 1970-01-01T00:00Z.
public record Validity(long fromMillis, long untilMillis) {}
