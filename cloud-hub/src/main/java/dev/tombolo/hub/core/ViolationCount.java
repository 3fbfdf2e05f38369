package dev.tombolo.hub.core;

/// How often one remote address broke a rule within the running minute.
///
/// @param recorded how many of them have their own audit line
public record ViolationCount(long sinceMillis, int recorded, int silent) {}
