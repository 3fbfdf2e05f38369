package dev.tombolo.agent.core;

/// The clocks at one step. The deciders never read a clock.
///
/// @param wallMillis since 1970-01-01T00:00Z, may be wrong and may jump
/// @param monotonicMillis since the machine's boot, never goes back within a boot
public record Now(long wallMillis, long monotonicMillis) {}
