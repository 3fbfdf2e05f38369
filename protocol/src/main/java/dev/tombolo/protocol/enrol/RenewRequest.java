package dev.tombolo.protocol.enrol;

/// Body of `POST /v1/renew`, over mutual TLS. The key may be the old one or a new one; the device
/// keeps its id. The same CSR gets the same answer.
///
/// @param csr PKCS#10, PEM
public record RenewRequest(String csr) {}
