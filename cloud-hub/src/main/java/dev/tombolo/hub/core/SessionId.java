package dev.tombolo.hub.core;

/// One connection's life, unique per hub process. Sessions over an external broker have one too.
public record SessionId(long number) {}
