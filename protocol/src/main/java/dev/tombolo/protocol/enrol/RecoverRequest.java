package dev.tombolo.protocol.enrol;

/// Body of `POST /v1/recover`, without a client certificate; answered by a [RenewResponse].
///
/// @param certificate and `csr` as the challenge was asked for
/// @param signature base64 of the ECDSA-with-SHA256 signature (DER) over [RecoveryProof#text] by
///   the certificate's key
public record RecoverRequest(String certificate, String csr, String challenge, String signature) {}
