package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Lifts a device's windows for a while: a person in head office says "now". No permit is given by
/// it.
final class LiftCommands {
  static final Duration LIFE_MAX = Duration.ofDays(7);

  /// Ended ones forgotten in one step.
  static final int FORGET_SLICE = 100;

  private final HubState state;

  LiftCommands(HubState state) {
    this.state = state;
  }

  AdminAnswer lift(AdminCommand.LiftWindows command, Principal who, StepDraft draft) {
    SlotRef slot = command.slot();
    Kept<AdminObject.Site> site = state.sites.get(slot.site());
    if (site == null) {
      return new AdminAnswer.Refused(
          References.notFound("site", slot.site().text(), state.sites.keySet()));
    }
    if (!state.slots.containsKey(slot)) {
      return new AdminAnswer.Refused(
          References.notFound("slot", slot.toString(), state.slotsOf(slot.site())));
    }
    Reason refusal = References.protection(state, site.content().fleet(), command.typedName());
    if (refusal == null && command.life().compareTo(LIFE_MAX) > 0) {
      refusal = new Reason.InputInvalid("for", command.life().toString(), "use at most 7 days");
    }
    if (refusal != null) {
      return new AdminAnswer.Refused(refusal);
    }
    if (state.timesOf(site.content()).isAny()) {
      return new AdminAnswer.Refused(
          new Reason.Conflict("slot " + slot, "site " + slot.site() + " has no windows to lift"));
    }
    WindowLift lift =
        new WindowLift(
            slot, draft.nowMillis + command.life().toMillis(), draft.nowMillis, who.name());
    WindowLift before = state.lifts.get(slot);
    draft.change(new HubChange.LiftPut(lift));
    draft.change(HubChange.DocumentsStale.at(slot));
    lookAgain(slot, draft);
    draft.audit(
        who,
        "override",
        "slot " + slot,
        before == null ? "" : AuditJson.of("until", time(before.untilMillis())),
        AuditJson.of(Map.of("until", time(lift.untilMillis()), "why", command.why())));
    return new AdminAnswer.Done(
        List.of("slot " + slot + " windows lifted until " + time(lift.untilMillis())));
  }

  /// A device that could not use a permit while its windows were closed can now.
  private void lookAgain(SlotRef slot, StepDraft draft) {
    for (List<Rollout> ofOne : state.rolloutsAt(slot).values()) {
      for (Rollout rollout : ofOne) {
        int member = rollout.find(slot);
        if (member >= 0 && rollout.phase(member) == Phase.READY) {
          draft.change(
              new HubChange.RolloutPassed(
                  new RolloutChange.LookedAgain(rollout.id(), draft.nowMillis)));
        }
      }
    }
  }

  /// Forgets those that are over. The document is made anew: what it says is compared with what is
  /// selected, and must not differ for ever by a lift that has ended.
  void forget(StepDraft draft) {
    List<SlotRef> over = new ArrayList<>();
    for (WindowLift lift : state.lifts.values()) {
      if (lift.untilMillis() <= draft.nowMillis && over.size() < FORGET_SLICE) {
        over.add(lift.slot());
      }
    }
    for (SlotRef slot : over) {
      draft.change(new HubChange.LiftEnded(slot));
      draft.change(HubChange.DocumentsStale.at(slot));
    }
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
