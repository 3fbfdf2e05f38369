package dev.tombolo.protocol.enrol;

import dev.tombolo.protocol.reason.Reason;

/// Body of every 4xx and 5xx of the edge port and the admin API.
///
/// @param message one line for people: what happened, to what, and what to do next
public record Refusal(Reason reason, String message) {}
