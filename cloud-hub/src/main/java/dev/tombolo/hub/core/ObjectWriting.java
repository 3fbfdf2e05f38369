package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.hub.core.HubChange.DocumentsStale;
import dev.tombolo.hub.core.admin.AdminCommand.Sources;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.Applied.Action;
import dev.tombolo.hub.core.admin.Applied.FieldChange;
import dev.tombolo.hub.core.admin.Applied.ObjectChange;
import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutSteps;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes checked objects into a step.
final class ObjectWriting {
  private final HubState state;
  private final ObjectChecks checks;
  private final PendingApply at;
  private final Principal who;
  private final StepDraft draft;
  private long made;
  private int begun;

  ObjectWriting(HubState state, ObjectChecks checks, PendingApply at, StepDraft draft) {
    this.state = state;
    this.checks = checks;
    this.at = at;
    this.who = at.who();
    this.draft = draft;
    this.made = state.counter(Counter.OBJECT);
  }

  ObjectChange put(AdminObject object) {
    Kept<? extends AdminObject> before = checks.before(object);
    if (before != null && !checks.isChange(object)) {
      return new ObjectChange(object.title(), Action.UNCHANGED, before.generation(), List.of());
    }
    switch (object) {
      case AdminObject.Fleet fleet -> {
        draft.change(new HubChange.FleetPut(kept("fleet", state.fleets.get(fleet.name()), fleet)));
        draft.change(new DocumentsStale(fleet.name(), null, null));
      }
      case AdminObject.Site site -> {
        leaveFleet(state.sites.get(site.name()), site.fleet());
        draft.change(new HubChange.SitePut(kept("site", state.sites.get(site.name()), site)));
        draft.change(new DocumentsStale(null, site.name(), null));
      }
      case AdminObject.Slot slot -> {
        draft.change(new HubChange.SlotPut(kept("slot", state.slots.get(slot.ref()), slot)));
        draft.change(DocumentsStale.at(slot.ref()));
      }
      case AdminObject.Application application -> putApplication(application);
      case AdminObject.Rollout rollout ->
          checks
              .rollouts()
              .begin(
                  rollout,
                  at.command().sources().getOrDefault(rollout.title(), Sources.UNKNOWN),
                  begun++,
                  who,
                  draft);
    }
    draft.audit(
        who,
        before == null ? "create" : "change",
        object.title(),
        before == null ? "" : AuditJson.of(before.content()),
        AuditJson.of(object));
    return new ObjectChange(
        object.title(),
        before == null ? Action.CREATED : Action.CHANGED,
        before == null ? 1 : before.generation() + 1,
        fields(before, object));
  }

  private List<FieldChange> fields(
      @Nullable Kept<? extends AdminObject> before, AdminObject object) {
    if (!at.command().isDetailed()) {
      return List.of();
    }
    AdminObject was = before == null ? null : before.content();
    List<FieldChange> fields = new ArrayList<>(FieldChanges.between(was, object));
    fields.replaceAll(field -> kept(field, object));
    boolean isReleaseToldOf =
        fields.stream().anyMatch(field -> field.path().equals(GivenValues.RELEASE));
    if (before != null
        && !isReleaseToldOf
        && object instanceof AdminObject.Application application) {
      checks
          .otherRelease(object)
          .ifPresent(
              assigned ->
                  fields.add(
                      new FieldChange(
                          GivenValues.RELEASE,
                          assigned.isEmpty() ? null : assigned,
                          application.release().map(ref -> ref.version()).orElse(null))));
    }
    return fields;
  }

  /// A file that names no release any more takes none away.
  private FieldChange kept(FieldChange field, AdminObject object) {
    if (!field.path().equals(GivenValues.RELEASE)
        || field.after() != null
        || !(object instanceof AdminObject.Application application)) {
      return field;
    }
    Assignment assigned =
        AssignCommands.at(
            state, new Assignment.Place(application.fleet(), null, null), application.name());
    return assigned == null
        ? field
        : new FieldChange(
            field.path(),
            field.before(),
            "in no file; "
                + assigned.ref().version()
                + " stays assigned (tombolo unassign "
                + application.name()
                + " --fleet "
                + application.fleet()
                + " takes it away)");
  }

  /// What a site that moves to another fleet was assigned in its old one has no effect any more,
  /// and nobody could take it off.
  private void leaveFleet(@Nullable Kept<AdminObject.Site> before, Name fleet) {
    if (before == null || before.content().fleet().equals(fleet)) {
      return;
    }
    Name old = before.content().fleet();
    Name site = before.content().name();
    String why = "the site moved to another fleet";
    takeOff(new Assignment.Place(old, site, null), why);
    for (SlotRef slot : state.slotsOf(site)) {
      takeOff(new Assignment.Place(old, site, slot.slot()), why);
      leaveRollouts(old, slot);
    }
  }

  /// The rollouts of its old fleet are not about it any more.
  private void leaveRollouts(Name old, SlotRef slot) {
    for (List<Rollout> ofOne : state.rollouts.of(old).values()) {
      for (Rollout rollout : ofOne) {
        int member = rollout.find(slot);
        if (member >= 0) {
          RolloutSteps.scoped(rollout, member, false)
              .ifPresent(left -> draft.change(new HubChange.RolloutKept(left)));
        }
      }
    }
  }

  private void takeOff(Assignment.Place place, String why) {
    state
        .assignments
        .getOrDefault(place, new TreeMap<>())
        .values()
        .forEach(assignment -> takeOff(place, assignment, why));
  }

  private void takeOff(Assignment.Place place, Assignment assignment, String why) {
    draft.change(new HubChange.AssignmentRemoved(place, assignment.application()));
    draft.audit(
        who,
        "unassign",
        place.toString(),
        AuditJson.of("release", assignment.ref().toString()),
        AuditJson.of("why", why));
  }

  private void putApplication(AdminObject.Application application) {
    Map<Name, Kept<AdminObject.Application>> there = state.applications.get(application.fleet());
    Kept<AdminObject.Application> before = there == null ? null : there.get(application.name());
    draft.change(new HubChange.ApplicationPut(kept("application", before, application)));
    boolean comesFromElsewhere =
        before != null
            && before
                .content()
                .source()
                .filter(old -> application.source().filter(old::isSamePlace).isEmpty())
                .isPresent();
    if (comesFromElsewhere) {
      draft.change(new HubChange.GitGone(application.fleet(), application.name()));
    }
    draft.change(new DocumentsStale(application.fleet(), null, null));
    if (application.release().isPresent()) {
      AssignCommands.select(
          state,
          new Assignment.Place(application.fleet(), null, null),
          application.release().get(),
          who,
          draft);
    }
  }

  private <T extends AdminObject> Kept<T> kept(String kind, @Nullable Kept<T> before, T content) {
    Map<String, Given> given =
        GivenValues.next(
            before,
            content,
            at.command().sources().getOrDefault(content.title(), Sources.UNKNOWN),
            new Given(who.name(), draft.nowMillis, ""));
    if (before != null) {
      return new Kept<>(
          before.id(), content, before.generation() + 1, draft.nowMillis, who.name(), given);
    }
    made++;
    draft.change(new HubChange.CounterMoved(Counter.OBJECT, made));
    return new Kept<>(Kept.idOf(kind, made), content, 1, draft.nowMillis, who.name(), given);
  }

  /// What they still select goes with what they selected it for: it must not come back with it.
  private void forget(List<Rollout> rollouts) {
    for (Rollout rollout : rollouts) {
      draft.change(new HubChange.RolloutKept(new RolloutChange.Gone(rollout.id())));
    }
  }

  /// A file that is still there must not begin one of them once more.
  private void takeOff(List<Rollout> rollouts) {
    for (Rollout rollout : rollouts) {
      RolloutCommands.takeOff(rollout, who, draft);
    }
  }

  private void endPause(TransferPause.Place place) {
    if (state.pauses.containsKey(place)) {
      draft.change(new HubChange.PauseEnded(place));
    }
  }

  /// With what was assigned there.
  ObjectChange remove(AdminObject object) {
    Kept<? extends AdminObject> before = checks.before(object);
    String why = object.title() + " was removed";
    switch (object) {
      case AdminObject.Fleet fleet -> {
        takeOff(new Assignment.Place(fleet.name(), null, null), why);
        state.rollouts.of(fleet.name()).values().forEach(this::forget);
      }
      case AdminObject.Site site -> {
        if (state.lineRates.containsKey(site.name())) {
          draft.change(new HubChange.LineForgotten(site.name()));
        }
        endPause(TransferPause.Place.of(site.name()));
        takeOff(new Assignment.Place(site.fleet(), site.name(), null), why);
      }
      case AdminObject.Slot slot -> {
        if (state.lifts.containsKey(slot.ref())) {
          draft.change(new HubChange.LiftEnded(slot.ref()));
        }
        endPause(TransferPause.Place.of(slot.ref()));
        Kept<AdminObject.Site> site = state.sites.get(slot.ref().site());
        if (site != null) {
          takeOff(
              new Assignment.Place(site.content().fleet(), slot.ref().site(), slot.ref().slot()),
              why);
        }
      }
      case AdminObject.Application application -> {
        Assignment.Place fleet = new Assignment.Place(application.fleet(), null, null);
        Assignment wanted =
            state.assignments.getOrDefault(fleet, new TreeMap<>()).get(application.name());
        if (wanted != null) {
          takeOff(fleet, wanted, why);
        }
        takeOff(state.rollouts.of(application.fleet(), application.name()));
        draft.change(new DocumentsStale(application.fleet(), null, null));
      }
      case AdminObject.Rollout rollout -> throw new IllegalStateException("rollouts stay");
    }
    draft.change(new HubChange.ObjectGone(object));
    draft.audit(who, "remove", object.title(), AuditJson.of(object), "");
    return new ObjectChange(
        object.title(),
        Action.REMOVED,
        before == null ? 0 : before.generation(),
        at.command().isDetailed() ? FieldChanges.between(object, null) : List.of());
  }
}
