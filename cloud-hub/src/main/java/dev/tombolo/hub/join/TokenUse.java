package dev.tombolo.hub.join;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;

/// One key's use of a token. A key uses a token once, however often it asks.
///
/// @param key SHA-256 of the SubjectPublicKeyInfo DER
public record TokenUse(String token, Digest key, DeviceId device, long millis) {}
