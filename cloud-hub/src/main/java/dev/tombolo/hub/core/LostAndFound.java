package dev.tombolo.hub.core;

import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.CertificateRecord.Generation;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.LostCertificate;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a hub that was restored from a backup finds again: certificates it had issued, and devices
/// it had let in, after the backup was made.
final class LostAndFound {
  /// Devices that wait to be given a slot; more are refused as unknown.
  static final int STRANGERS_MAX = 10_000;

  private final HubState state;

  LostAndFound(HubState state) {
    this.state = state;
  }

  /// Takes over a device's newest certificate that the database lost.
  ///
  /// @return false when it is none: somebody uses a certificate that was replaced
  boolean adopt(DeviceRecord device, @Nullable PresentedCertificate shown, StepDraft draft) {
    CertificateRecord current = state.currentCertificates.get(device.id());
    CertificateRecord pending = state.pendingCertificates.get(device.id());
    if (shown == null || !LostCertificate.isNewest(state.restoration, current, pending, shown)) {
      return false;
    }
    if (current != null) {
      draft.change(new HubChange.CertificatePut(current.as(Generation.SUPERSEDED)));
    }
    if (pending != null) {
      draft.change(new HubChange.CertificatePut(pending.as(Generation.SUPERSEDED)));
    }
    draft.change(new HubChange.CertificatePut(record(shown)));
    draft.change(new HubChange.DevicePut(device.withKey(shown.key())));
    draft.audit(
        Principal.HUB,
        "certificate-found",
        device.id().text(),
        AuditJson.of("serial", current == null ? "" : current.serial()),
        AuditJson.of(Map.of("serial", shown.serial(), "key", shown.key().text())));
    return true;
  }

  /// Why a device that is not in the database is not served; one that enrolled after the backup is
  /// noted, so that an operator finds it.
  Reason refusal(
      DeviceId device, @Nullable PresentedCertificate shown, String remote, StepDraft draft) {
    Stranger known = state.strangers.get(device);
    if (known != null) {
      return known.refusal();
    }
    if (shown == null
        || state.restoration == null
        || !state.restoration.mayHaveLost(shown)
        || state.strangers.size() >= STRANGERS_MAX) {
      return new Reason.DeviceUnknown(device.text());
    }
    Stranger stranger = new Stranger(shown, false, remote, draft.nowMillis);
    draft.change(new HubChange.StrangerPut(stranger));
    draft.audit(
        Principal.HUB,
        "device-waits",
        device.text(),
        "",
        AuditJson.of(Map.of("serial", shown.serial(), "remote", remote)));
    return stranger.refusal();
  }

  /// The record of a certificate whose text is lost; no request is answered with it again.
  static CertificateRecord record(PresentedCertificate shown) {
    return new CertificateRecord(
        shown.serial(),
        shown.device(),
        Digest.ofText("lost request of " + shown.serial()),
        shown.key(),
        shown.notBeforeMillis(),
        shown.notAfterMillis(),
        Generation.CURRENT,
        "");
  }
}
