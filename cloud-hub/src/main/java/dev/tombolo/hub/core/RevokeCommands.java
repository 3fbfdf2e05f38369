package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Map;

/// Puts devices out for ever.
final class RevokeCommands {
  private final HubState state;
  private final Asks asks;

  RevokeCommands(HubState state, Asks asks) {
    this.state = state;
    this.asks = asks;
  }

  AdminAnswer revoke(AdminCommand.RevokeDevice command, Principal who, StepDraft draft) {
    DeviceRecord device = state.devices.get(command.device());
    Stranger stranger = state.strangers.get(command.device());
    if (device == null && stranger != null) {
      return revoke(stranger, command, who, draft);
    }
    if (device == null) {
      return new AdminAnswer.Refused(
          References.notFound("device", command.device().text(), state.devices.keySet()));
    }
    Kept<AdminObject.Site> site = state.sites.get(device.slot().site());
    Reason refusal =
        site == null
            ? null
            : References.protection(state, site.content().fleet(), command.typedName());
    if (refusal != null) {
      return new AdminAnswer.Refused(refusal);
    }
    if (device.standing() == Standing.REVOKED) {
      return new AdminAnswer.Done(List.of("device " + device.id() + " was revoked before"));
    }
    Expulsion.of(
        state, device, Standing.REVOKED, new Reason.DeviceRevoked(device.id().text()), draft);
    asks.lineEnded(device.id(), draft);
    draft.audit(
        who,
        "device-revoke",
        device.id().text(),
        AuditJson.of("standing", device.standing().name()),
        AuditJson.of(Map.of("why", command.why(), "slot", device.slot().toString())));
    return new AdminAnswer.Done(List.of("device " + device.id() + " revoked"));
  }

  /// One that enrolled after the backup this hub was restored from. Nobody knows its fleet.
  private AdminAnswer revoke(
      Stranger stranger, AdminCommand.RevokeDevice command, Principal who, StepDraft draft) {
    DeviceId id = stranger.device();
    if (stranger.isRevoked()) {
      return new AdminAnswer.Done(List.of("device " + id + " was revoked before"));
    }
    Stranger revoked = stranger.revoked(draft.nowMillis);
    draft.change(new HubChange.StrangerPut(revoked));
    draft.effect(new HubEffect.StandingNoted(id, Standing.REVOKED, draft.nowMillis));
    draft.effect(new HubEffect.DeviceExpelled(id, revoked.refusal()));
    draft.change(new HubChange.RevocationsTouched());
    draft.audit(
        who,
        "device-revoke",
        id.text(),
        AuditJson.of("standing", "unknown"),
        AuditJson.of(Map.of("why", command.why(), "serial", stranger.certificate().serial())));
    return new AdminAnswer.Done(List.of("device " + id + " revoked"));
  }
}
