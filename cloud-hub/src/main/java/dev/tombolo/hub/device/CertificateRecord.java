package dev.tombolo.hub.device;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;

/// A certificate the hub gave a device.
///
/// ```
/// PENDING --first authenticates--> CURRENT --a pending one authenticates--> SUPERSEDED
/// PENDING --another CSR is answered--> SUPERSEDED
/// ```
///
/// @param serial lower-case hex
/// @param csr digest of the CSR it answers: the same CSR gets the same certificate
/// @param key SHA-256 of the SubjectPublicKeyInfo DER
/// @param pem leaf first, then the CA root
public record CertificateRecord(
    String serial,
    DeviceId device,
    Digest csr,
    Digest key,
    long notBeforeMillis,
    long notAfterMillis,
    Generation generation,
    String pem) {

  /// Which of a device's certificates it is: at most one is current and one pending.
  public enum Generation {
    PENDING,
    CURRENT,
    SUPERSEDED
  }

  public CertificateRecord as(Generation next) {
    return new CertificateRecord(
        serial, device, csr, key, notBeforeMillis, notAfterMillis, next, pem);
  }
}
