package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
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
}
