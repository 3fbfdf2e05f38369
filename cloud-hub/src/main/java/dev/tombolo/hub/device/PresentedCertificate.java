package dev.tombolo.hub.device;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;

/// A device certificate that somebody showed and whose key he proved to have. It chains to one of
/// our roots; whether it still counts is for the deciders.
///
/// @param serial lower-case hex
/// @param key SHA-256 of the SubjectPublicKeyInfo DER
public record PresentedCertificate(
    DeviceId device, String serial, Digest key, long notBeforeMillis, long notAfterMillis) {}
