package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lets devices back in that were put out until an operator has looked.
final class ApproveCommands {
  private final HubState state;

  ApproveCommands(HubState state) {
    this.state = state;
  }

  AdminAnswer approve(AdminCommand.ApproveDevice command, Principal who, StepDraft draft) {
    DeviceRecord device = state.devices.get(command.device());
    Stranger stranger = state.strangers.get(command.device());
    if (device == null && stranger != null) {
      return approve(stranger, command, who, draft);
    }
    if (device == null) {
      return new AdminAnswer.Refused(
          References.notFound("device", command.device().text(), state.devices.keySet()));
    }
    SlotRef slot = command.slot().orElse(device.slot());
    Reason refusal = refusal(device, slot, command.typedName());
    if (refusal != null) {
      return new AdminAnswer.Refused(refusal);
    }
    if (device.isActive()) {
      return new AdminAnswer.Done(List.of("device " + device.id() + " is active already"));
    }
    draft.change(new HubChange.DevicePut(device.approvedFor(slot, draft.nowMillis)));
    draft.change(new HubChange.BootsForgotten(device.id()));
    draft.effect(new HubEffect.StandingNoted(device.id(), Standing.ACTIVE, draft.nowMillis));
    draft.change(new HubChange.RevocationsTouched());
    draft.audit(
        who,
        "device-approve",
        device.id().text(),
        AuditJson.of(
            Map.of("standing", wordOf(device.standing()), "slot", device.slot().toString())),
        AuditJson.of(Map.of("why", command.why(), "slot", slot.toString())));
    return new AdminAnswer.Done(List.of("device " + device.id() + " approved for " + slot));
  }

  /// Gives a slot to a device that enrolled after the backup this hub was restored from.
  private AdminAnswer approve(
      Stranger stranger, AdminCommand.ApproveDevice command, Principal who, StepDraft draft) {
    DeviceId id = stranger.device();
    if (stranger.isRevoked()) {
      return new AdminAnswer.Refused(stranger.refusal());
    }
    if (command.slot().isEmpty()) {
      return new AdminAnswer.Refused(
          new Reason.InputInvalid("slot", "", "say which slot " + id + " has: --slot SITE/SLOT"));
    }
    SlotRef slot = command.slot().get();
    Reason refusal = refusal(id, slot, command.typedName());
    if (refusal != null) {
      return new AdminAnswer.Refused(refusal);
    }
    draft.change(new HubChange.StrangerGone(id));
    draft.change(
        new HubChange.DevicePut(
            new DeviceRecord(
                id,
                stranger.certificate().key(),
                slot,
                Standing.ACTIVE,
                null,
                draft.nowMillis,
                draft.nowMillis,
                "",
                Map.of())));
    draft.change(new HubChange.CertificatePut(LostAndFound.record(stranger.certificate())));
    draft.audit(
        who,
        "device-approve",
        id.text(),
        AuditJson.of("standing", "unknown"),
        AuditJson.of(Map.of("why", command.why(), "slot", slot.toString())));
    return new AdminAnswer.Done(List.of("device " + id + " approved for " + slot));
  }

  private @Nullable Reason refusal(DeviceRecord device, SlotRef slot, Optional<String> typedName) {
    if (device.standing() == Standing.REVOKED) {
      return new Reason.DeviceRevoked(device.id().text());
    }
    if (device.isActive() && !slot.equals(device.slot())) {
      return new Reason.Conflict(
          "device " + device.id(),
          "it is active in " + device.slot() + "; only a device that waits can be given a slot");
    }
    return refusal(device.id(), slot, typedName);
  }

  private @Nullable Reason refusal(DeviceId device, SlotRef slot, Optional<String> typedName) {
    Kept<AdminObject.Site> site = state.sites.get(slot.site());
    if (site == null) {
      return References.notFound("site", slot.site().text(), state.sites.keySet());
    }
    if (!state.slots.containsKey(slot)) {
      return References.notFound("slot", slot.toString(), state.slotsOf(slot.site()));
    }
    DeviceId holder = state.holders.get(slot);
    if (holder != null && !holder.equals(device)) {
      return new Reason.SlotTaken(slot.toString(), holder.text());
    }
    return References.protection(state, site.content().fleet(), typedName);
  }

  private static String wordOf(Standing standing) {
    return standing.name().toLowerCase(Locale.ROOT);
  }
}
