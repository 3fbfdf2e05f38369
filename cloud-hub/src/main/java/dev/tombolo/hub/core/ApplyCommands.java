package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.hub.core.HubChange.DocumentsStale;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes and changes operators' objects: all of a list or none. A short list is one step; a long
/// one goes through [PendingApply], and other commands that change objects wait until it is done.
final class ApplyCommands {
  /// Objects of one command.
  static final int OBJECTS_MAX = 2_000;

  /// Objects of one step: half of the steps take 1 ms and less.
  static final int SLICE = 50;

  private final HubState state;
  private final ParameterCheck parameters;

  ApplyCommands(HubState state, ParameterCheck parameters) {
    this.state = state;
    this.parameters = parameters;
  }

  void asked(HubEvent.AdminAsked event, AdminCommand.Apply command, StepDraft draft) {
    if (command.objects().size() > OBJECTS_MAX) {
      refuse(
          event.request(),
          new Reason.LimitExceeded("objects", OBJECTS_MAX, command.objects().size()),
          draft);
      return;
    }
    List<AdminObject> objects = new ArrayList<>(command.objects());
    objects.sort(Comparator.comparingInt(ApplyCommands::rank));
    Reason twice = twice(objects);
    if (twice != null) {
      refuse(event.request(), twice, draft);
      return;
    }
    PendingApply pending =
        new PendingApply(
            event.request(),
            event.who(),
            objects,
            command.typedName(),
            command.dryRun(),
            new Planned(state, objects),
            0,
            List.of());
    if (objects.size() > SLICE) {
      draft.change(new HubChange.ApplyMoved(pending));
      return;
    }
    Reason refusal = check(pending, objects);
    refusal = refusal == null ? pending.planned().room() : refusal;
    if (refusal != null) {
      refuse(event.request(), refusal, draft);
    } else {
      done(event.request(), write(pending, objects, draft), draft);
    }
  }

  /// Goes on with the long list under way.
  void slice(PendingApply at, StepDraft draft) {
    if (!at.isChecked()) {
      checkSlice(at, draft);
      return;
    }
    int from = at.lines().size();
    int to = Math.min(from + SLICE, at.objects().size());
    PendingApply next = at.with(write(at, at.objects().subList(from, to), draft));
    if (to < at.objects().size()) {
      draft.change(new HubChange.ApplyMoved(next));
    } else {
      draft.change(new HubChange.ApplyEnded());
      done(at.request(), next.lines(), draft);
    }
  }

  private void checkSlice(PendingApply at, StepDraft draft) {
    int to = Math.min(at.checked() + SLICE, at.objects().size());
    Reason refusal = check(at, at.objects().subList(at.checked(), to));
    if (refusal == null && to == at.objects().size()) {
      refusal = at.planned().room();
    }
    if (refusal == null) {
      draft.change(new HubChange.ApplyMoved(at.checkedTo(to)));
    } else {
      draft.change(new HubChange.ApplyEnded());
      refuse(at.request(), refusal, draft);
    }
  }

  private List<String> write(PendingApply at, List<AdminObject> objects, StepDraft draft) {
    StepDraft target = at.isDryRun() ? new StepDraft(draft.nowMillis, state.lastAudit) : draft;
    Writing writing = new Writing(at.who(), target);
    List<String> lines = new ArrayList<>(objects.size());
    for (AdminObject object : objects) {
      lines.add(nameOf(object) + " " + writing.put(object));
    }
    return lines;
  }

  private static void done(long request, List<String> lines, StepDraft draft) {
    draft.effect(new HubEffect.AdminAnswered(request, new AdminAnswer.Done(lines)));
  }

  private static void refuse(long request, Reason reason, StepDraft draft) {
    draft.effect(new HubEffect.AdminAnswered(request, new AdminAnswer.Refused(reason)));
  }

  /// What an object is applied on top of; null when it is new.
  private @Nullable Kept<? extends AdminObject> before(AdminObject object) {
    return switch (object) {
      case AdminObject.Fleet fleet -> state.fleets.get(fleet.name());
      case AdminObject.Site site -> state.sites.get(site.name());
      case AdminObject.Slot slot -> state.slots.get(slot.ref());
      case AdminObject.Application a -> {
        Map<Name, Kept<AdminObject.Application>> there = state.applications.get(a.fleet());
        yield there == null ? null : there.get(a.name());
      }
    };
  }

  private static @Nullable Reason twice(List<AdminObject> objects) {
    Set<String> seen = new HashSet<>();
    for (AdminObject object : objects) {
      if (!seen.add(nameOf(object))) {
        return new Reason.InputInvalid("name", nameOf(object), "give each object once");
      }
    }
    return null;
  }

  private @Nullable Reason check(PendingApply at, List<AdminObject> objects) {
    for (AdminObject object : objects) {
      Reason wrong = ObjectBounds.check(object);
      if (wrong == null) {
        wrong = reference(object, at.planned());
      }
      if (wrong == null && isChange(object)) {
        wrong = protection(object, at.typedName());
      }
      if (wrong == null) {
        wrong = parameters.object(object, at.planned());
      }
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private @Nullable Reason reference(AdminObject object, Planned planned) {
    return switch (object) {
      case AdminObject.Fleet fleet -> null;
      case AdminObject.Site site ->
          planned.isFleet(site.fleet())
              ? null
              : References.notFound("fleet", site.fleet().text(), planned.knownFleets());
      case AdminObject.Slot slot ->
          planned.isSite(slot.ref().site())
              ? null
              : References.notFound("site", slot.ref().site().text(), planned.knownSites());
      case AdminObject.Application a -> {
        if (!planned.isFleet(a.fleet())) {
          yield References.notFound("fleet", a.fleet().text(), planned.knownFleets());
        }
        if (a.release().isEmpty()) {
          yield null;
        }
        Reason unknown = References.release(state, a.release().get(), a.fleet());
        yield unknown != null || !isOtherRelease(a)
            ? unknown
            : References.rollout(state, a.fleet(), null, a.name());
      }
    };
  }

  private @Nullable Reason protection(AdminObject object, Optional<String> typedName) {
    return switch (object) {
      case AdminObject.Fleet fleet -> References.protection(state, fleet.name(), typedName);
      case AdminObject.Application a -> References.protection(state, a.fleet(), typedName);
      case AdminObject.Slot slot -> siteProtection(slot.ref().site(), typedName);
      case AdminObject.Site site -> {
        Reason from = siteProtection(site.name(), typedName);
        yield from != null ? from : References.protection(state, site.fleet(), typedName);
      }
    };
  }

  private @Nullable Reason siteProtection(Name site, Optional<String> typedName) {
    Kept<AdminObject.Site> kept = state.sites.get(site);
    return kept == null ? null : References.protection(state, kept.content().fleet(), typedName);
  }

  private boolean isChange(AdminObject object) {
    Kept<? extends AdminObject> before = before(object);
    return before == null || !before.content().equals(object) || isOtherRelease(object);
  }

  /// The object is as it was, but something else has been assigned since.
  private boolean isOtherRelease(AdminObject object) {
    if (!(object instanceof AdminObject.Application a) || a.release().isEmpty()) {
      return false;
    }
    Assignment at = AssignCommands.at(state, new Assignment.Place(a.fleet(), null, null), a.name());
    return at == null || !at.ref().equals(a.release().get());
  }

  /// Fleets first, so that the rest of a list may name them.
  private static int rank(AdminObject object) {
    return switch (object) {
      case AdminObject.Fleet fleet -> 0;
      case AdminObject.Site site -> 1;
      case AdminObject.Slot slot -> 2;
      case AdminObject.Application application -> 3;
    };
  }

  private static String nameOf(AdminObject object) {
    return switch (object) {
      case AdminObject.Fleet fleet -> "fleet " + fleet.name();
      case AdminObject.Site site -> "site " + site.name();
      case AdminObject.Slot slot -> "slot " + slot.ref();
      case AdminObject.Application a -> "application " + a.fleet() + "/" + a.name();
    };
  }

  /// Writes checked objects into a step.
  private final class Writing {
    private final Principal who;
    private final StepDraft draft;
    private long made = state.counter(Counter.OBJECT);

    Writing(Principal who, StepDraft draft) {
      this.who = who;
      this.draft = draft;
    }

    /// `created`, `changed` or `unchanged`.
    String put(AdminObject object) {
      Kept<? extends AdminObject> before = before(object);
      if (!isChange(object)) {
        return "unchanged";
      }
      switch (object) {
        case AdminObject.Fleet fleet -> {
          draft.change(
              new HubChange.FleetPut(kept("fleet", state.fleets.get(fleet.name()), fleet)));
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
      }
      draft.audit(
          who,
          before == null ? "create" : "change",
          nameOf(object),
          before == null ? "" : AuditJson.of(before.content()),
          AuditJson.of(object));
      return before == null ? "created" : "changed";
    }

    /// What a site that moves to another fleet was assigned in its old one has no effect any more,
    /// and nobody could take it off.
    private void leaveFleet(@Nullable Kept<AdminObject.Site> before, Name fleet) {
      if (before == null || before.content().fleet().equals(fleet)) {
        return;
      }
      Name old = before.content().fleet();
      state.assignments.forEach(
          (place, there) -> {
            if (place.fleet().equals(old) && before.content().name().equals(place.site())) {
              there.values().forEach(assignment -> takeOff(place, assignment));
            }
          });
    }

    private void takeOff(Assignment.Place place, Assignment assignment) {
      draft.change(new HubChange.AssignmentRemoved(place, assignment.application()));
      draft.audit(
          who,
          "unassign",
          place.toString(),
          AuditJson.of("release", assignment.ref().toString()),
          AuditJson.of("why", "the site moved to another fleet"));
    }

    private void putApplication(AdminObject.Application application) {
      Map<Name, Kept<AdminObject.Application>> there = state.applications.get(application.fleet());
      Kept<AdminObject.Application> before = there == null ? null : there.get(application.name());
      draft.change(new HubChange.ApplicationPut(kept("application", before, application)));
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

    private <T> Kept<T> kept(String kind, @Nullable Kept<T> before, T content) {
      if (before != null) {
        return before.changed(content, draft.nowMillis, who.name());
      }
      made++;
      draft.change(new HubChange.CounterMoved(Counter.OBJECT, made));
      return new Kept<>(Kept.idOf(kind, made), content, 1, draft.nowMillis, who.name());
    }
  }
}
