package dev.tombolo.protocol.enrol;

/// 200 of `POST /v1/renew`. The old certificate stays good until the new one first authenticates.
///
/// @param certificate PEM, leaf first, then the CA root
public record RenewResponse(String certificate) {}
