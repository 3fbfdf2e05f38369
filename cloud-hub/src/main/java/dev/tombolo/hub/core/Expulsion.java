package dev.tombolo.hub.core;

import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.PresenceRecord;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts a device out: its standing, its line, and its certificates at once.
final class Expulsion {
  private Expulsion() {}

  static void of(
      HubState state, DeviceRecord device, Standing standing, Reason reason, StepDraft draft) {
    draft.change(new HubChange.DevicePut(device.withStanding(standing, reason, draft.nowMillis)));
    draft.effect(new HubEffect.StandingNoted(device.id(), standing, draft.nowMillis));
    LiveSession session = state.sessions.get(device.id());
    if (session != null) {
      draft.change(new HubChange.SessionGone(device.id()));
      draft.change(new HubChange.PresencePut(presence(state, device.id()).gone(draft.nowMillis)));
      draft.effect(new HubEffect.CloseSession(session.id(), reason));
    }
    draft.effect(new HubEffect.DeviceExpelled(device.id(), reason));
    draft.change(new HubChange.RevocationsTouched());
  }

  /// Two machines seem to use this device's identity: neither is served until an operator has
  /// looked.
  static void quarantine(HubState state, DeviceRecord device, String detail, StepDraft draft) {
    Reason reason = new Reason.DeviceQuarantined(device.id().text(), detail);
    of(state, device, Standing.QUARANTINED, reason, draft);
    draft.audit(
        Principal.HUB, "quarantine", device.id().text(), "", AuditJson.of("detail", detail));
  }

  static PresenceRecord presence(HubState state, DeviceId device) {
    PresenceRecord presence = state.presences.get(device);
    return presence == null ? PresenceRecord.never(device) : presence;
  }

  /// Every certificate that has not run out and must not be served: of devices that are out, and
  /// those that were replaced.
  static Set<String> serials(HubState state, long nowMillis) {
    Set<String> serials = replaced(state, nowMillis);
    for (DeviceId device : state.expelled) {
      add(state, device, nowMillis, serials);
    }
    return serials;
  }

  /// The certificate of a revoked device that is not in the database; of some it is not known.
  private static void add(Stranger stranger, long nowMillis, Set<String> serials) {
    PresentedCertificate shown = stranger.certificate();
    if (stranger.isRevoked() && !shown.serial().isEmpty() && shown.notAfterMillis() >= nowMillis) {
      serials.add(shown.serial());
    }
  }

  /// Of devices that are not served whatever becomes of the others.
  private static Set<String> replaced(HubState state, long nowMillis) {
    Set<String> serials = new HashSet<>();
    state
        .keys
        .superseded()
        .forEach(
            (serial, notAfterMillis) -> {
              if (notAfterMillis >= nowMillis) {
                serials.add(serial);
              }
            });
    state.strangers.values().forEach(stranger -> add(stranger, nowMillis, serials));
    return serials;
  }

  private static void add(HubState state, DeviceId device, long nowMillis, Set<String> serials) {
    add(state.currentCertificates.get(device), nowMillis, serials);
    add(state.pendingCertificates.get(device), nowMillis, serials);
  }

  private static void add(
      @Nullable CertificateRecord certificate, long nowMillis, Set<String> serials) {
    if (certificate != null && certificate.notAfterMillis() >= nowMillis) {
      serials.add(certificate.serial());
    }
  }
}
