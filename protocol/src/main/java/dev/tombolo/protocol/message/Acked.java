package dev.tombolo.protocol.message;

/// The hub has durably committed every row of the incarnation up to and including `through`.
///
/// @param hubMillis the hub's wall clock, for the device's time floor
public record Acked(String incarnation, long through, long hubMillis) {}
