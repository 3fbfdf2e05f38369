package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.desired.RenderedSection;
import dev.tombolo.hub.desired.Rendering;
import dev.tombolo.hub.desired.Revisions;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.kit.KitFormat;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Makes the newest documents of a site's devices for an offline kit, also of those that are not
/// connected: a device that comes back with one is known to have it, and is sent nothing.
final class KitCommands {
  /// Slots of a site looked at for devices.
  static final int SLOTS_LOOKED_MAX = 10_000;

  private final HubSettings settings;
  private final HubState state;
  private final Rendered rendered;

  KitCommands(HubSettings settings, HubState state, Rendered rendered) {
    this.settings = settings;
    this.state = state;
    this.rendered = rendered;
  }

  AdminAnswer make(AdminCommand.MakeKit command, Principal who, StepDraft draft) {
    Kept<AdminObject.Site> site = state.sites.get(command.site());
    if (site == null) {
      return refused(References.notFound("site", command.site().text(), state.sites.keySet()));
    }
    Set<SlotRef> slots = new TreeSet<>(command.slots());
    for (SlotRef slot : slots) {
      if (!slot.site().equals(command.site())) {
        return refused(
            new Reason.InputInvalid(
                "slot", slot.toString(), "use a slot of site " + command.site()));
      }
      if (!state.slots.containsKey(slot)) {
        return refused(References.notFound("slot", slot.toString(), state.slotsOf(command.site())));
      }
      if (!state.holders.containsKey(slot)) {
        return refused(
            new Reason.Conflict(
                "a kit for " + slot,
                "no device that takes part holds the slot; a kit is for devices that have joined"));
      }
    }
    if (slots.isEmpty()) {
      slots.addAll(heldSlots(command.site()));
    }
    if (slots.isEmpty()) {
      return refused(
          new Reason.Conflict(
              "a kit for site " + command.site(),
              "no device that takes part is there; a kit is for devices that have joined"));
    }
    if (slots.size() > KitFormat.DEVICES_MAX) {
      return refused(
          new Reason.LimitExceeded(
              "devices of one kit (name some with --slot)", KitFormat.DEVICES_MAX, slots.size()));
    }
    for (SlotRef slot : slots) {
      if (!command.isForPassphrase() && certificates(holder(slot)).isEmpty()) {
        return refused(
            new Reason.Conflict(
                "a kit for " + slot,
                "its device was found again after a restore, and its certificate is not known before"
                    + " its next renewal; use --passphrase-file, or name the other slots by --slot"));
      }
    }
    return make(command, site.content(), slots, who, draft);
  }

  private DeviceId holder(SlotRef slot) {
    return Objects.requireNonNull(state.holders.get(slot), "looked at before");
  }

  private List<SlotRef> heldSlots(Name site) {
    return state.slots.tailMap(new SlotRef(site, new Name("0"))).keySet().stream()
        .takeWhile(slot -> slot.site().equals(site))
        .limit(SLOTS_LOOKED_MAX)
        .filter(state.holders::containsKey)
        .limit(KitFormat.DEVICES_MAX + 1L)
        .toList();
  }

  private AdminAnswer make(
      AdminCommand.MakeKit command,
      AdminObject.Site site,
      Set<SlotRef> slots,
      Principal who,
      StepDraft draft) {
    List<AdminAnswer.KitDocument> documents = new ArrayList<>(slots.size());
    Map<Digest, Section> sections = new LinkedHashMap<>();
    Set<Digest> files = new LinkedHashSet<>();
    List<String> told = new ArrayList<>(slots.size());
    for (SlotRef slot : slots) {
      DeviceId device = holder(slot);
      Rendering rendering = rendered.of(slot, draft.nowMillis);
      DocumentRecord current = state.documents.get(device);
      DocumentRecord next =
          Revisions.next(current, device, state.history, rendering, 0, draft.nowMillis);
      if (!next.equals(current)) {
        draft.change(new HubChange.DocumentPut(next));
      }
      for (RenderedSection section : rendering.sections()) {
        sections.putIfAbsent(section.digest(), section.section());
      }
      for (Digest release : rendering.releases()) {
        ReleaseRecord record = state.releases.get(release);
        if (record != null) {
          files.addAll(record.files());
        }
      }
      documents.add(
          new AdminAnswer.KitDocument(
              slot,
              device,
              next.revision(),
              next.issuedMillis(),
              next.payload(),
              certificates(device)));
      told.add(slot + " revision " + next.revision());
    }
    draft.audit(
        who,
        "kit",
        "site " + command.site(),
        "",
        AuditJson.of(
            Map.of(
                "kit",
                command.id(),
                "documents",
                String.join(", ", told),
                "sealedTo",
                command.isForPassphrase() ? "passphrase" : "devices")));
    return new AdminAnswer.KitMade(
        command.id(),
        draft.nowMillis,
        state.history,
        site.fleet(),
        command.site(),
        settings.documentCertificate(),
        documents,
        List.copyOf(sections.values()),
        List.copyOf(files));
  }

  /// Of the key it uses, and of the one it may have taken up since.
  private List<String> certificates(DeviceId device) {
    return Stream.of(state.currentCertificates, state.pendingCertificates)
        .map(generation -> generation.get(device))
        .filter(Objects::nonNull)
        .map(CertificateRecord::pem)
        // Of one that was found again after a restore only the key's digest is known.
        .filter(pem -> !pem.isEmpty())
        .toList();
  }

  private static AdminAnswer refused(Reason reason) {
    return new AdminAnswer.Refused(reason);
  }
}
