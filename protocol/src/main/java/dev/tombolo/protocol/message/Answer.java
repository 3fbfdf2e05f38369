package dev.tombolo.protocol.message;

/// The device's answer to an [Ask] of the same id.
///
/// @param body text for people or JSON, as the question says
public record Answer(String id, boolean ok, String body) {}
