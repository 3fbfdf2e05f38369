package dev.tombolo.protocol.enrol;

/// 200 of `POST /v1/recover/challenge`.
///
/// @param challenge to be signed, good for one recovery of this device and request
/// @param lifeSeconds how long it is good
public record ChallengeResponse(String challenge, int lifeSeconds) {}
