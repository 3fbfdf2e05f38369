package dev.tombolo.hub.core;

import dev.tombolo.hub.core.PendingApply.Stage;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.Applied;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Makes and changes operators' objects: all of a list or none. A short list is one step; a long
/// one goes through [PendingApply], and other commands that change objects wait until it is done.
final class ApplyCommands {
  /// Objects of one command.
  static final int OBJECTS_MAX = 2_000;

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
    List<AdminObject> objects = git.whole(command);
    objects.sort(Comparator.comparingInt(ApplyCommands::rank));
    Set<String> listed = new HashSet<>();
    for (AdminObject object : objects) {
      if (!listed.add(object.title())) {
        refuse(
            event.request(),
            new Reason.InputInvalid("name", object.title(), "give each object once"),
            draft);
        return;
      }
    }
    Planned planned = new Planned(state, objects);
    AdminAnswer.Refused notAllowed = git.refusal(command, planned);
    if (notAllowed != null) {
      draft.effect(new HubEffect.AdminAnswered(event.request(), notAllowed));
      return;
    }
    PendingApply pending =
        new PendingApply(
            event.request(),
            event.who(),
            command,
            objects,
            List.of(),
            planned,
            command
                .prune()
                .<Stage>map(prune -> new Stage.Pruning(PruneWalk.begin(prune, listed)))
                .orElseGet(() -> new Stage.Checking(0)));
    boolean isShort = objects.size() <= SLICE && pending.stage() instanceof Stage.Checking;
    if (!isShort) {
      draft.change(new HubChange.ApplyMoved(pending));
      return;
    }
    AdminAnswer.Refused refusal = checks.check(pending, 0, objects.size(), draft.nowMillis);
    refusal = refusal == null ? together(pending) : refusal;
    if (refusal != null) {
      draft.effect(new HubEffect.AdminAnswered(event.request(), refusal));
      return;
    }
    Stage next = afterChecks(pending);
    if (next instanceof Stage.Looking) {
      draft.change(new HubChange.ApplyMoved(pending.at(next)));
    } else {
      done(pending, write(pending, 0, objects.size(), draft), null, draft);
    }
  }

  /// Goes on with the list under way.
  void slice(PendingApply at, StepDraft draft) {
    switch (at.stage()) {
      case Stage.Pruning pruning -> prune(at, pruning, draft);
      case Stage.Checking checking -> check(at, checking, draft);
      case Stage.Looking looking -> look(at, looking, draft);
      case Stage.Writing writing -> write(at, writing, draft);
    }
  }

  private void prune(PendingApply at, Stage.Pruning pruning, StepDraft draft) {
    switch (pruning.walk().slice(state)) {
      case PruneWalk.Outcome.More more ->
          draft.change(new HubChange.ApplyMoved(at.at(new Stage.Pruning(more.next()))));
      case PruneWalk.Outcome.Refused refused -> end(at, refused.reason(), draft);
      case PruneWalk.Outcome.Ended ended ->
          draft.change(
              new HubChange.ApplyMoved(
                  new PendingApply(
                      at.request(),
                      at.who(),
                      at.command(),
                      at.objects(),
                      ended.objects(),
                      new Planned(state, at.objects(), ended.objects()),
                      new Stage.Checking(0))));
    }
  }

  private void check(PendingApply at, Stage.Checking checking, StepDraft draft) {
    int to = Math.min(checking.done() + SLICE, at.writes());
    AdminAnswer.Refused refusal = checks.check(at, checking.done(), to, draft.nowMillis);
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
    Stage writing = new Stage.Writing(List.of(), null);
    if (!at.command().dryRun() && !checks.isByDevice(at)) {
      return writing;
    }
    List<AdminObject> changed =
        IntStream.range(0, at.writes())
            .filter(i -> i >= at.objects().size() || checks.isChange(at.toWrite(i)))
            .mapToObj(at::toWrite)
            .toList();
    ScopeWalk walk = ScopeWalk.of(changed, at.planned());
    return new Stage.Looking(walk, new ReachCount(), new Planned(state, List.of()));
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

  /// Fleets first, so that the rest of a list may name them.
  private static int rank(AdminObject object) {
    return switch (object) {
      case AdminObject.Fleet fleet -> 0;
      case AdminObject.Site site -> 1;
      case AdminObject.Slot slot -> 2;
      case AdminObject.Application application -> 3;
      case AdminObject.Rollout rollout -> 4;
    };
  }
}
