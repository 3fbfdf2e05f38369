package dev.tombolo.hub.device;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;

/// A device that has a certificate of ours but is not in the database: it enrolled after the backup
/// that this hub was restored from. An operator gives it a slot, or it is known, from the journal
/// of revocations or by an operator, that it never comes back.
///
/// @param certificate what it showed; of a revoked one only the device is known
public record Stranger(
    PresentedCertificate certificate, boolean isRevoked, String remote, long sinceMillis) {
  public DeviceId device() {
    return certificate.device();
  }

  /// It never comes back.
  public Stranger revoked(long nowMillis) {
    return new Stranger(certificate, true, remote, nowMillis);
  }

  /// Why it is not served.
  public Reason refusal() {
    return isRevoked
        ? new Reason.DeviceRevoked(device().text())
        : new Reason.ApprovalNeeded(
            device().text(),
            "it enrolled after the backup that this hub was restored from, so its slot is not known"
                + " (give it one with --slot)");
  }
}
