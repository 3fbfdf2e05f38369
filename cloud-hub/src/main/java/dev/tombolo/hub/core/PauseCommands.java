package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Stops downloads of a device or a site, and lets them go on. It comes with the signed document,
/// so it holds with the line down too.
final class PauseCommands {
  static final int WHY_CHARS_MAX = 256;
  private static final int DEAF_NAMED = 5;

  private final HubState state;

  PauseCommands(HubState state) {
    this.state = state;
  }

  AdminAnswer pause(AdminCommand.PauseTransfers command, Principal who, StepDraft draft) {
    TransferPause.Place place = command.place();
    Reason refusal = refusal(place, command.typedName());
    if (refusal == null && (command.why().isBlank() || command.why().length() > WHY_CHARS_MAX)) {
      refusal =
          new Reason.InputInvalid(
              "why", "...", "say why, in 1-" + WHY_CHARS_MAX + " characters: the shop reads it");
    }
    if (refusal != null) {
      return new AdminAnswer.Refused(refusal);
    }
    TransferPause before = state.pauses.get(place);
    if (before != null && before.why().equals(command.why())) {
      return new AdminAnswer.Done(List.of(place + " unchanged: paused by " + before.by()));
    }
    TransferPause pause = new TransferPause(place, draft.nowMillis, who.name(), command.why());
    draft.change(new HubChange.PausePut(pause));
    draft.change(new HubChange.DocumentsStale(null, place.site(), place.slot().orElse(null)));
    draft.audit(
        who,
        "transfer-pause",
        place.toString(),
        before == null ? "" : AuditJson.of("why", before.why()),
        AuditJson.of("why", pause.why()));
    List<String> changes = new ArrayList<>();
    changes.add(place + " downloads paused");
    changes.addAll(deaf(place));
    return new AdminAnswer.Done(changes);
  }

  /// Devices that go on, for their agents are too old to be told.
  private List<String> deaf(TransferPause.Place place) {
    Set<SlotRef> reached =
        place
            .slot()
            .map(it -> Set.of(new SlotRef(place.site(), it)))
            .orElseGet(() -> state.slotsOf(place.site()));
    List<SlotRef> deaf = reached.stream().filter(slot -> state.lacks(slot, Features.LINE)).toList();
    if (deaf.isEmpty()) {
      return List.of();
    }
    String named =
        String.join(", ", deaf.stream().limit(DEAF_NAMED).map(SlotRef::toString).toList());
    return List.of(
        named
            + (deaf.size() > DEAF_NAMED ? " and " + (deaf.size() - DEAF_NAMED) + " more" : "")
            + (deaf.size() == 1 ? " goes on: its agent is" : " go on: their agents are")
            + " too old to be told; update "
            + (deaf.size() == 1 ? "it" : "them"));
  }

  AdminAnswer resume(AdminCommand.ResumeTransfers command, Principal who, StepDraft draft) {
    TransferPause.Place place = command.place();
    Reason refusal = refusal(place, command.typedName());
    TransferPause before = state.pauses.get(place);
    if (refusal != null) {
      return new AdminAnswer.Refused(refusal);
    }
    if (before == null) {
      return new AdminAnswer.Refused(new Reason.Conflict(place.toString(), notPaused(place)));
    }
    draft.change(new HubChange.PauseEnded(place));
    draft.change(new HubChange.DocumentsStale(null, place.site(), place.slot().orElse(null)));
    draft.audit(
        who,
        "transfer-resume",
        place.toString(),
        AuditJson.of(Map.of("by", before.by(), "why", before.why())),
        AuditJson.of("why", command.why()));
    List<String> changes = new ArrayList<>();
    changes.add(place + " downloads resumed");
    for (TransferPause other : still(place)) {
      changes.add(other.place() + " stays paused by " + other.by() + ": " + other.why());
    }
    return new AdminAnswer.Done(changes);
  }

  private String notPaused(TransferPause.Place place) {
    List<TransferPause> others = still(place);
    return others.isEmpty()
        ? "its downloads are not paused"
        : "its downloads are not paused by itself; resume " + others.getFirst().place();
  }

  /// What else stops downloads there.
  private List<TransferPause> still(TransferPause.Place place) {
    List<TransferPause> others = new ArrayList<>();
    for (TransferPause pause :
        state.pauses.tailMap(TransferPause.Place.of(place.site()), true).values()) {
      if (!pause.place().site().equals(place.site())) {
        break;
      }
      boolean isWider = pause.place().slot().isEmpty();
      if (!pause.place().equals(place) && (isWider || place.slot().isEmpty())) {
        others.add(pause);
      }
    }
    return others;
  }

  private @Nullable Reason refusal(TransferPause.Place place, Optional<String> typedName) {
    Name name = place.site();
    Kept<AdminObject.Site> site = state.sites.get(name);
    if (site == null) {
      return References.notFound("site", name.text(), state.sites.keySet());
    }
    if (place.slot().isPresent()) {
      SlotRef slot = new SlotRef(name, place.slot().get());
      if (!state.slots.containsKey(slot)) {
        return References.notFound("slot", slot.toString(), state.slotsOf(name));
      }
    }
    return References.protection(state, site.content().fleet(), typedName);
  }

  /// The pause that a slot's device is told of.
  static @Nullable TransferPause of(HubState state, SlotRef slot) {
    TransferPause own = state.pauses.get(TransferPause.Place.of(slot));
    return own != null ? own : state.pauses.get(TransferPause.Place.of(slot.site()));
  }
}
