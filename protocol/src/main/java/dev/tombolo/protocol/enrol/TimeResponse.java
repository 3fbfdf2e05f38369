package dev.tombolo.protocol.enrol;

/// 200 of `GET /v1/time`.
///
/// @param hubMillis the hub's wall clock
/// @param signature base64 of the document key's Ed25519 signature over [TimeProof#text]
/// @param documentCertificate PEM: the document key's certificate, then the way from its issuer to
///   the oldest root in service
public record TimeResponse(long hubMillis, String signature, String documentCertificate) {}
