package dev.tombolo.hub.core;

/// @param serial lower-case hex
/// @param pem leaf first, then the CA root
public record IssuedCertificate(
    String serial, long notBeforeMillis, long notAfterMillis, String pem) {}
