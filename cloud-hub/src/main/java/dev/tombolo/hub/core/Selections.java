package dev.tombolo.hub.core;

import dev.tombolo.hub.core.Assignment.Place;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;

/// Selects releases, by assignments and by rollouts. Where templates, overrides or very many places
/// make it a matter of each device whether the release takes what it is given, every slot in reach
/// is looked at first, slice by slice.
final class Selections {
  private final HubState state;
  private final ParameterCheck parameters;
  private final AssignCommands assignments;
  private final RolloutCommands rollouts;

  Selections(
      HubState state,
      ParameterCheck parameters,
      AssignCommands assignments,
      RolloutCommands rollouts) {
    this.state = state;
    this.parameters = parameters;
    this.assignments = assignments;
    this.rollouts = rollouts;
  }

  void assign(HubEvent.AdminAsked event, AdminCommand.Assign command, StepDraft draft) {
    Reason refusal = assignments.refusal(command, draft.nowMillis);
    if (refusal != null) {
      answer(event, new AdminAnswer.Refused(refusal), draft);
      return;
    }
    Assignment next = assignments.planned(command);
    if (next == null || !isByDevice(next.place(), next.application())) {
      answer(event, assignments.assign(command, event.who(), List.of(), draft), draft);
      return;
    }
    Planned after = new Planned(state, List.of());
    after.select(next);
    begin(event, ScopeWalk.of(next.place()), after, draft);
  }

  void create(HubEvent.AdminAsked event, AdminCommand.CreateRollout command, StepDraft draft) {
    Reason refusal = rollouts.refusal(command, draft.nowMillis);
    if (refusal != null) {
      answer(event, new AdminAnswer.Refused(refusal), draft);
      return;
    }
    Place fleet = new Place(command.scope().fleet(), null, null);
    if (!isByDevice(fleet, command.release().name())) {
      answer(event, rollouts.create(command, event.who(), draft), draft);
      return;
    }
    Planned after = new Planned(state, List.of());
    after.bring(command.release(), command.scope());
    begin(event, ScopeWalk.of(command.scope()), after, draft);
  }

  private boolean isByDevice(Place place, Name application) {
    return (place.slot() == null && parameters.isOfManyPlaces(application))
        || ByDevice.isSelection(state, new Planned(state, List.of()), place.fleet(), application);
  }

  private void begin(HubEvent.AdminAsked event, ScopeWalk walk, Planned after, StepDraft draft) {
    Planned before = new Planned(state, List.of());
    draft.change(
        new HubChange.ApplyMoved(
            new PendingSelection(event, walk, new ReachCount(), before, after)));
  }

  /// Goes on with the look under way.
  void slice(PendingSelection at, StepDraft draft) {
    ScopeWalk.Slice slice = at.walk().slice(state, ApplyCommands.SLOTS_SLICE);
    ReachCount count = at.count().copy();
    for (SlotRef slot : slice.slots()) {
      count.take(
          slot,
          state.holders.containsKey(slot),
          at.before().slotAs(slot),
          at.after().slotAs(slot),
          at.after().inTheEnd(slot),
          parameters);
    }
    ScopeWalk next = slice.next();
    if (next != null) {
      draft.change(new HubChange.ApplyMoved(at.at(next, count)));
      return;
    }
    draft.change(new HubChange.ApplyEnded());
    Reason refusal = count.refusal();
    answer(
        at.asked(),
        refusal == null ? done(at, count, draft) : new AdminAnswer.Refused(refusal),
        draft);
  }

  private AdminAnswer done(PendingSelection at, ReachCount count, StepDraft draft) {
    Principal who = at.asked().who();
    return switch (at.asked().command()) {
      case AdminCommand.Assign c -> {
        // A rollout may have begun to wait for something since, or ended.
        Reason refusal = assignments.refusal(c, draft.nowMillis);
        yield refusal == null
            ? assignments.assign(c, who, count.faults(), draft)
            : new AdminAnswer.Refused(refusal);
      }
      case AdminCommand.CreateRollout c -> {
        Reason refusal = rollouts.refusal(c, draft.nowMillis);
        yield refusal == null ? rollouts.create(c, who, draft) : new AdminAnswer.Refused(refusal);
      }
      default -> throw new IllegalStateException(at.asked().command() + " selects no release");
    };
  }

  private static void answer(HubEvent.AdminAsked event, AdminAnswer answer, StepDraft draft) {
    draft.effect(new HubEffect.AdminAnswered(event.request(), answer));
  }
}
