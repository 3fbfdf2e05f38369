package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.hub.core.HubChange.DocumentsStale;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Makes and changes operators' objects: all of a list or none.
final class ApplyCommands {
  /// Objects of one command, so that one step stays short.
  static final int OBJECTS_MAX = 2_000;

  private final HubState state;

  ApplyCommands(HubState state) {
    this.state = state;
  }

  AdminAnswer apply(AdminCommand.Apply command, Principal who, StepDraft draft) {
    if (command.objects().size() > OBJECTS_MAX) {
      return new AdminAnswer.Refused(
          new Reason.LimitExceeded("objects", OBJECTS_MAX, command.objects().size()));
    }
    List<AdminObject> objects = new ArrayList<>(command.objects());
    objects.sort(Comparator.comparingInt(ApplyCommands::rank));
    Reason refusal = check(objects, command.typedName());
    if (refusal != null) {
      return new AdminAnswer.Refused(refusal);
    }
    StepDraft target = command.dryRun() ? new StepDraft(draft.nowMillis, state.lastAudit) : draft;
    Writing writing = new Writing(who, target);
    List<String> lines = new ArrayList<>(objects.size());
    for (AdminObject object : objects) {
      lines.add(nameOf(object) + " " + writing.put(object));
    }
    return new AdminAnswer.Done(lines);
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

  private @Nullable Reason check(List<AdminObject> objects, Optional<String> typedName) {
    Set<String> seen = new HashSet<>();
    Set<Name> fleets = new TreeSet<>(state.fleets.keySet());
    Set<Name> sites = new TreeSet<>(state.sites.keySet());
    Map<Name, Set<Name>> selected = new HashMap<>();
    for (AdminObject object : objects) {
      Reason wrong = ObjectBounds.check(object);
      if (wrong == null && !seen.add(nameOf(object))) {
        wrong = new Reason.InputInvalid("name", nameOf(object), "give each object once");
      }
      if (wrong == null) {
        wrong = reference(object, fleets, sites);
      }
      if (wrong == null && isChange(object)) {
        wrong = protection(object, typedName);
      }
      if (wrong != null) {
        return wrong;
      }
      switch (object) {
        case AdminObject.Fleet fleet -> fleets.add(fleet.name());
        case AdminObject.Site site -> sites.add(site.name());
        case AdminObject.Slot slot -> {}
        case AdminObject.Application a -> {
          if (a.release().isPresent()) {
            selected.computeIfAbsent(a.fleet(), fleet -> new HashSet<>()).add(a.name());
          }
        }
      }
    }
    for (Map.Entry<Name, Set<Name>> entry : selected.entrySet()) {
      Reason full = AssignCommands.room(state, entry.getKey(), entry.getValue());
      if (full != null) {
        return full;
      }
    }
    return null;
  }

  private @Nullable Reason reference(
      AdminObject object, Collection<Name> fleets, Collection<Name> sites) {
    return switch (object) {
      case AdminObject.Fleet fleet -> null;
      case AdminObject.Site site ->
          fleets.contains(site.fleet())
              ? null
              : References.notFound("fleet", site.fleet().text(), fleets);
      case AdminObject.Slot slot ->
          sites.contains(slot.ref().site())
              ? null
              : References.notFound("site", slot.ref().site().text(), sites);
      case AdminObject.Application a -> {
        if (!fleets.contains(a.fleet())) {
          yield References.notFound("fleet", a.fleet().text(), fleets);
        }
        yield a.release().isPresent()
            ? References.release(state, a.release().get(), a.fleet())
            : null;
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
