package dev.tombolo.protocol.enrol;

/// Body of `POST /v1/recover/challenge`, without a client certificate.
///
/// @param certificate the device's newest certificate, run out or not, PEM, leaf only
/// @param csr the request that is to be answered, PKCS#10 (RFC 2986), PEM
public record ChallengeRequest(String certificate, String csr) {}
