package dev.tombolo.hub.core;

import dev.tombolo.hub.core.PendingApply.Stage;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.Applied;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes and changes operators' objects: all of a list or none. A short list is one step; a long
/// one goes through [PendingApply], and other commands that change objects wait until it is done.
final class ApplyCommands {
  /// Objects of one list: 10,000 shops with a slot each. A list for pruning has all that stays.
  static final int OBJECTS_MAX = 20_000;

  /// Objects taken in in one step, before any is looked at.
  private static final int READ_SLICE = 1_000;

  private static final int LAST_RANK = 4;

  /// Objects of one step. Writing them into the transaction takes longer than deciding.
  static final int SLICE = 25;

  /// Slots of one step, each looked at as it is and as it will be; at 5-20 us together.
  static final int SLOTS_SLICE = 100;

  private final HubState state;
  private final ParameterCheck parameters;
  private final NeedsCheck needs;
  private final ObjectChecks checks;
  private final GitCommands git;

  ApplyCommands(
      HubState state,
      ParameterCheck parameters,
      NeedsCheck needs,
      RolloutCommands rollouts,
      GitCommands git) {
    this.state = state;
    this.git = git;
    this.parameters = parameters;
    this.needs = needs;
    this.checks = new ObjectChecks(state, parameters, new RolloutObjects(state, rollouts));
    ObjectBounds.prepare();
  }

  void asked(HubEvent.AdminAsked event, AdminCommand.Apply command, StepDraft draft) {
    if (command.objects().size() > OBJECTS_MAX) {
      refuse(
          event.request(),
          new Reason.LimitExceeded("objects", OBJECTS_MAX, command.objects().size()),
          draft);
      return;
    }
    PendingApply pending =
        new PendingApply(
            event.request(),
            event.who(),
            command,
            fleetsFirst(git.whole(command)),
            List.of(),
            new Planned(state, List.of()),
            new Changing(),
            new Stage.Reading(0, new HashSet<>()));
    if (command.objects().size() > SLICE || command.prune().isPresent()) {
      draft.change(new HubChange.ApplyMoved(pending));
    } else {
      atOnce(pending, draft);
    }
  }

  private void atOnce(PendingApply pending, StepDraft draft) {
    int count = pending.objects().size();
    AdminAnswer.Refused refusal = taken(pending, 0, count, new HashSet<>());
    refusal = refusal == null ? checked(pending, 0, count, draft.nowMillis) : refusal;
    refusal = refusal == null ? together(pending) : refusal;
    if (refusal != null) {
      draft.effect(new HubEffect.AdminAnswered(pending.request(), refusal));
      return;
    }
    Stage next = afterChecks(pending);
    if (next instanceof Stage.Looking) {
      draft.change(new HubChange.ApplyMoved(pending.at(next)));
    } else {
      done(pending, write(pending, 0, count, draft), null, draft);
    }
  }

  /// Goes on with the list under way.
  void slice(PendingApply at, StepDraft draft) {
    switch (at.stage()) {
      case Stage.Reading reading -> read(at, reading, draft);
      case Stage.Pruning pruning -> prune(at, pruning, draft);
      case Stage.Checking checking -> check(at, checking, draft);
      case Stage.Looking looking -> look(at, looking, draft);
      case Stage.Writing writing -> write(at, writing, draft);
    }
  }

  private void read(PendingApply at, Stage.Reading reading, StepDraft draft) {
    int to = Math.min(reading.done() + READ_SLICE, at.objects().size());
    AdminAnswer.Refused refusal = taken(at, reading.done(), to, reading.titles());
    if (refusal != null) {
      draft.change(new HubChange.ApplyEnded());
      draft.effect(new HubEffect.AdminAnswered(at.request(), refusal));
      return;
    }
    Stage next =
        to < at.objects().size()
            ? new Stage.Reading(to, reading.titles())
            : at.command()
                .prune()
                .<Stage>map(prune -> new Stage.Pruning(PruneWalk.begin(prune, reading.titles())))
                .orElseGet(() -> new Stage.Checking(0));
    draft.change(new HubChange.ApplyMoved(at.at(next)));
  }

  /// Null when the objects from one number to another are taken in.
  private AdminAnswer.@Nullable Refused taken(
      PendingApply at, int from, int to, Set<String> titles) {
    List<AdminObject> more = at.objects().subList(from, to);
    for (AdminObject object : more) {
      if (!titles.add(object.title())) {
        return new AdminAnswer.Refused(
            new Reason.InputInvalid("name", object.title(), "give each object once"));
      }
    }
    at.planned().add(more);
    return to == at.objects().size() ? git.refusal(at.command(), at.planned()) : null;
  }

  private void prune(PendingApply at, Stage.Pruning pruning, StepDraft draft) {
    switch (pruning.walk().slice(state)) {
      case PruneWalk.Outcome.More more ->
          draft.change(new HubChange.ApplyMoved(at.at(new Stage.Pruning(more.next()))));
      case PruneWalk.Outcome.Refused refused -> end(at, refused.reason(), draft);
      case PruneWalk.Outcome.Ended ended -> {
        at.planned().remove(ended.objects());
        draft.change(
            new HubChange.ApplyMoved(
                new PendingApply(
                    at.request(),
                    at.who(),
                    at.command(),
                    at.objects(),
                    ended.objects(),
                    at.planned(),
                    at.changing(),
                    new Stage.Checking(0))));
      }
    }
  }

  private void check(PendingApply at, Stage.Checking checking, StepDraft draft) {
    int to = Math.min(checking.done() + SLICE, at.writes());
    AdminAnswer.Refused refusal = checked(at, checking.done(), to, draft.nowMillis);
    boolean isLast = to == at.writes();
    if (refusal == null && isLast) {
      refusal = together(at);
    }
    if (refusal != null) {
      draft.change(new HubChange.ApplyEnded());
      draft.effect(new HubEffect.AdminAnswered(at.request(), refusal));
    } else {
      draft.change(
          new HubChange.ApplyMoved(at.at(isLast ? afterChecks(at) : new Stage.Checking(to))));
    }
  }

  /// Null when those that are written from one number to another are sound.
  private AdminAnswer.@Nullable Refused checked(PendingApply at, int from, int to, long nowMillis) {
    AdminAnswer.Refused refusal = checks.check(at, from, to, nowMillis);
    for (int i = from; refusal == null && i < to; i++) {
      if (i >= at.objects().size() || checks.isChange(at.toWrite(i))) {
        at.changing().add(at.toWrite(i), at.planned());
      }
    }
    return refusal;
  }

  /// Null when the objects, each sound by itself, are so together.
  private AdminAnswer.@Nullable Refused together(PendingApply at) {
    Reason full = at.planned().room();
    Reason refusal =
        full == null
            ? needs.applied(at.planned(), checks.rollouts().beginning(at.planned()))
            : full;
    return refusal == null ? null : new AdminAnswer.Refused(refusal);
  }

  /// A dry run tells what every device gets. Else devices are only looked at when something can go
  /// wrong on one of them that does not show in the objects themselves.
  private Stage afterChecks(PendingApply at) {
    return at.command().dryRun() || at.changing().isByDevice(state, at.planned())
        ? new Stage.Looking(at.changing().walk(), new ReachCount(), new Planned(state, List.of()))
        : new Stage.Writing(List.of(), null);
  }

  private void look(PendingApply at, Stage.Looking looking, StepDraft draft) {
    ScopeWalk.Slice slice = looking.walk().slice(state, SLOTS_SLICE);
    ReachCount count = looking.count().copy();
    for (SlotRef slot : slice.slots()) {
      count.take(
          slot,
          state.holders.containsKey(slot),
          looking.before().slotAs(slot),
          at.planned().slotAs(slot),
          at.planned().inTheEnd(slot),
          parameters);
    }
    ScopeWalk next = slice.next();
    if (next != null) {
      draft.change(
          new HubChange.ApplyMoved(at.at(new Stage.Looking(next, count, looking.before()))));
      return;
    }
    Reason refusal = count.refusal();
    if (refusal != null) {
      end(at, refusal, draft);
    } else {
      draft.change(new HubChange.ApplyMoved(at.at(new Stage.Writing(List.of(), count))));
    }
  }

  private void write(PendingApply at, Stage.Writing writing, StepDraft draft) {
    int from = writing.changes().size();
    int to = Math.min(from + SLICE, at.writes());
    List<Applied.ObjectChange> changes = new ArrayList<>(writing.changes());
    changes.addAll(write(at, from, to, draft));
    if (to < at.writes()) {
      draft.change(new HubChange.ApplyMoved(at.at(new Stage.Writing(changes, writing.looked()))));
    } else {
      draft.change(new HubChange.ApplyEnded());
      done(at, changes, writing.looked(), draft);
    }
  }

  private List<Applied.ObjectChange> write(PendingApply at, int from, int to, StepDraft draft) {
    boolean isDryRun = at.command().dryRun();
    StepDraft target = isDryRun ? new StepDraft(draft.nowMillis, state.lastAudit) : draft;
    ObjectWriting writing = new ObjectWriting(state, checks, at, target);
    List<Applied.ObjectChange> changes = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      AdminObject object = at.toWrite(i);
      changes.add(i < at.objects().size() ? writing.put(object) : writing.remove(object));
    }
    return changes;
  }

  private void done(
      PendingApply at,
      List<Applied.ObjectChange> changes,
      @Nullable ReachCount looked,
      StepDraft draft) {
    Applied applied =
        at.command().isDetailed()
            ? new Applied(
                changes,
                looked == null ? Applied.Reach.UNKNOWN : looked.reach(),
                warnings(at, looked, draft.nowMillis))
            : null;
    List<String> lines = changes.stream().map(Applied.ObjectChange::line).toList();
    git.taken(at.command(), at.who(), draft);
    draft.effect(new HubEffect.AdminAnswered(at.request(), new AdminAnswer.Done(lines, applied)));
  }

  private List<String> warnings(PendingApply at, @Nullable ReachCount looked, long nowMillis) {
    List<String> warnings = new ArrayList<>(looked == null ? List.of() : looked.warnings());
    if (at.command().dryRun()) {
      warnings.addAll(checks.overruled(at, nowMillis));
      for (String fleet : checks.protectedBy(at)) {
        warnings.add("fleet " + fleet + " is protected: whoever applies this types its name");
      }
    }
    return warnings;
  }

  private static void end(PendingApply at, Reason reason, StepDraft draft) {
    draft.change(new HubChange.ApplyEnded());
    refuse(at.request(), reason, draft);
  }

  private static void refuse(long request, Reason reason, StepDraft draft) {
    draft.effect(new HubEffect.AdminAnswered(request, new AdminAnswer.Refused(reason)));
  }

  /// So that the rest of a list may name them.
  private static List<AdminObject> fleetsFirst(List<AdminObject> objects) {
    List<List<AdminObject>> ranks = new ArrayList<>();
    for (int rank = 0; rank <= LAST_RANK; rank++) {
      ranks.add(new ArrayList<>());
    }
    objects.forEach(object -> ranks.get(rank(object)).add(object));
    return ranks.stream().flatMap(List::stream).toList();
  }

  private static int rank(AdminObject object) {
    return switch (object) {
      case AdminObject.Fleet fleet -> 0;
      case AdminObject.Site site -> 1;
      case AdminObject.Slot slot -> 2;
      case AdminObject.Application application -> 3;
      case AdminObject.Rollout rollout -> LAST_RANK;
    };
  }
}
