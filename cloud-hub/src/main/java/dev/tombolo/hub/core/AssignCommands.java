package dev.tombolo.hub.core;

import dev.tombolo.hub.core.Assignment.Place;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.desired.SectionBounds;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Selects releases for places, and takes applications off them.
final class AssignCommands {
  private final HubState state;
  private final ParameterCheck parameters;
  private final NeedsCheck needs;

  AssignCommands(HubState state, ParameterCheck parameters, NeedsCheck needs) {
    this.state = state;
    this.parameters = parameters;
    this.needs = needs;
  }

  /// Null when it may be selected there, as far as the objects show.
  @Nullable Reason refusal(AdminCommand.Assign command, long nowMillis) {
    Reason refusal =
        References.first(
            Arrays.asList(
                References.place(state, command.fleet(), command.site(), command.slot()),
                References.release(state, command.release(), command.fleet()),
                room(state, command.fleet(), Set.of(command.release().name())),
                References.protection(state, command.fleet(), command.typedName())));
    if (refusal != null) {
      return refusal;
    }
    Place place = place(command.fleet(), command.site(), command.slot());
    refusal =
        References.rollout(state, place.fleet(), place.site(), command.release().name(), nowMillis);
    if (refusal == null) {
      refusal = parameters.assignment(command.release(), place, new Planned(state, List.of()));
    }
    ReleaseRecord release = state.releasesByRef.get(command.release());
    if (refusal == null && release != null) {
      refusal = needs.assignment(place, command.release().name(), release.digest());
    }
    return refusal;
  }

  /// What will be assigned; null when nothing changes by it.
  @Nullable Assignment planned(AdminCommand.Assign command) {
    Place place = place(command.fleet(), command.site(), command.slot());
    ReleaseRecord release = state.releasesByRef.get(command.release());
    Assignment before = at(state, place, command.release().name());
    boolean isSame = release != null && before != null && before.release().equals(release.digest());
    return release == null || (isSame && !isOverruled(place, command))
        ? null
        : Assignment.newest(place, command.release(), release.digest());
  }

  /// Does what [#refusal] has nothing against.
  ///
  /// @param faults what did not work there before, and still does not
  AdminAnswer assign(
      AdminCommand.Assign command, Principal who, List<String> faults, StepDraft draft) {
    Place place = place(command.fleet(), command.site(), command.slot());
    List<String> lines = new ArrayList<>();
    boolean isNew =
        select(state, place, command.release(), isOverruled(place, command), who, draft);
    lines.add(command.release() + (isNew ? " assigned to " : " is already assigned to ") + place);
    if (isNew) {
      lines.addAll(
          References.waiting(
              state, place.fleet(), place.site(), command.release().name(), draft.nowMillis));
    }
    faults.forEach(fault -> lines.add("warning: " + fault));
    return new AdminAnswer.Done(lines);
  }

  /// Whether a rollout has selected something else there since the assignment was made: then the
  /// same release assigned again is not the same as before.
  private boolean isOverruled(Place place, AdminCommand.Assign command) {
    Assignment before = at(state, place, command.release().name());
    if (before == null) {
      return false;
    }
    for (Rollout rollout : state.rollouts.of(place.fleet(), command.release().name())) {
      RolloutRecord record = rollout.record();
      boolean isThere = place.site() == null || record.scope().covers(place.site());
      if (isThere && record.createdMillis() >= before.changedMillis()) {
        return true;
      }
    }
    return false;
  }

  AdminAnswer unassign(AdminCommand.Unassign command, Principal who, StepDraft draft) {
    Reason refusal =
        References.first(
            Arrays.asList(
                References.place(state, command.fleet(), command.site(), command.slot()),
                References.protection(state, command.fleet(), command.typedName())));
    if (refusal != null) {
      return new AdminAnswer.Refused(refusal);
    }
    Place place = place(command.fleet(), command.site(), command.slot());
    TreeMap<Name, Assignment> there = state.assignments.getOrDefault(place, new TreeMap<>());
    Assignment assignment = there.get(command.application());
    if (assignment == null) {
      return new AdminAnswer.Refused(
          References.notFound(
              "assignment at " + place, command.application().text(), there.keySet()));
    }
    Reason moving =
        References.rollout(
            state, place.fleet(), place.site(), command.application(), draft.nowMillis);
    if (moving == null) {
      moving = needs.assignment(place, command.application(), above(place, command.application()));
    }
    if (moving != null) {
      return new AdminAnswer.Refused(moving);
    }
    if (place.site() == null) {
      // What earlier rollouts still select goes with it.
      for (Rollout rollout : state.rollouts.of(place.fleet(), command.application())) {
        RolloutCommands.takeOff(rollout, who, draft);
      }
    }
    draft.change(new HubChange.AssignmentRemoved(place, command.application()));
    draft.change(new HubChange.DocumentsStale(place.fleet(), place.site(), place.slot()));
    draft.audit(
        who,
        "unassign",
        place.toString(),
        AuditJson.of("release", assignment.ref().toString()),
        "");
    return new AdminAnswer.Done(List.of(command.application() + " taken off " + place));
  }

  /// What counts at a place once it has no assignment of its own.
  private @Nullable Digest above(Place place, Name application) {
    if (place.site() == null) {
      return null;
    }
    Planned now = new Planned(state, List.of());
    return place.slot() == null
        ? now.releaseOf(place.fleet(), application)
        : now.releaseOf(place.fleet(), place.site(), application);
  }

  /// Makes the change. False when the place has this release already.
  ///
  /// @param ref known, and meant for the fleet
  static boolean select(
      HubState state, Place place, ReleaseRef ref, Principal who, StepDraft draft) {
    return select(state, place, ref, false, who, draft);
  }

  private static boolean select(
      HubState state, Place place, ReleaseRef ref, boolean isAnew, Principal who, StepDraft draft) {
    ReleaseRecord release = state.releasesByRef.get(ref);
    if (release == null) {
      throw new IllegalArgumentException("release " + ref + " was not checked");
    }
    Assignment before = at(state, place, ref.name());
    if (!isAnew && before != null && before.release().equals(release.digest())) {
      return false;
    }
    draft.change(
        new HubChange.AssignmentPut(
            new Assignment(
                place, ref, release.digest(), sinceMillis(state, place, ref, draft), who.name())));
    draft.change(new HubChange.DocumentsStale(place.fleet(), place.site(), place.slot()));
    draft.audit(
        who,
        "assign",
        place.toString(),
        before == null ? "" : AuditJson.of("release", before.ref().toString()),
        AuditJson.of(Map.of("release", ref.toString(), "digest", release.digest().text())));
    return true;
  }

  /// After the rollouts that have begun, whatever the clock said then: what is said last counts.
  private static long sinceMillis(HubState state, Place place, ReleaseRef ref, StepDraft draft) {
    long since = draft.nowMillis;
    for (Rollout rollout : state.rollouts.of(place.fleet(), ref.name())) {
      since = Math.max(since, rollout.record().createdMillis() + 1);
    }
    return since;
  }

  static @Nullable Assignment at(HubState state, Place place, Name application) {
    TreeMap<Name, Assignment> there = state.assignments.get(place);
    return there == null ? null : there.get(application);
  }

  /// Null while the fleet's places together select few enough applications.
  static @Nullable Reason room(HubState state, Name fleet, Set<Name> more) {
    Set<Name> applications = new TreeSet<>(more);
    state.assignments.forEach(
        (place, there) -> {
          if (place.fleet().equals(fleet)) {
            applications.addAll(there.keySet());
          }
        });
    state
        .rollouts
        .of(fleet)
        .forEach(
            (application, there) -> {
              if (!there.stream().allMatch(rollout -> rollout.state().isVoid())) {
                applications.add(application);
              }
            });
    return applications.size() <= SectionBounds.APPLICATIONS_MAX
        ? null
        : new Reason.LimitExceeded(
            "applications of a fleet", SectionBounds.APPLICATIONS_MAX, applications.size());
  }

  private static Place place(Name fleet, Optional<Name> site, Optional<SlotRef> slot) {
    return new Place(
        fleet,
        slot.map(SlotRef::site).or(() -> site).orElse(null),
        slot.map(SlotRef::slot).orElse(null));
  }
}
