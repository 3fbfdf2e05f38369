package dev.tombolo.hub.core;

import dev.tombolo.hub.core.Assignment.Place;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.Prior;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Need;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Whether what releases need of each other can come true where they are selected. Refuses what
/// would wait for ever; the order is the devices' own business.
///
/// Costs nothing where an application is changed that no release needs and that needs none.
final class NeedsCheck {
  /// Sites and slots with a selection of their own that are looked at: what a step has time for.
  /// The devices of further ones wait, and say so.
  static final int PLACES_LOOKED_MAX = 200;

  private final HubState state;

  NeedsCheck(HubState state) {
    this.state = state;
  }

  /// What is applied together, and the rollouts that begin with it.
  private record Beginning(@Nullable Planned planned, List<AdminObject.Rollout> rollouts) {
    static final Beginning NOTHING = new Beginning(null, List.of());

    List<AdminObject.Rollout> of(Place place, Name application) {
      return rollouts.isEmpty()
          ? List.of()
          : rollouts.stream()
              .filter(it -> it.release().name().equals(application))
              .filter(it -> it.scope().fleet().equals(place.fleet()) && covers(it.scope(), place))
              .toList();
    }

    Set<Name> applicationsOf(Name fleet) {
      Set<Name> names = new TreeSet<>();
      if (planned != null) {
        names.addAll(planned.changedApplications(fleet));
      }
      for (AdminObject.Rollout rollout : rollouts) {
        if (rollout.scope().fleet().equals(fleet)) {
          names.add(rollout.release().name());
        }
      }
      return names;
    }
  }

  /// What is selected at a place, its own or from above; null: nothing.
  private interface Selected {
    @Nullable Digest at(Place place, Name application);
  }

  /// Null when a place may have another release of an application.
  ///
  /// @param release null: none
  @Nullable Reason assignment(Place place, Name application, @Nullable Digest release) {
    if (!state.inNeeds.contains(application)) {
      return null;
    }
    Selected before = of(new Planned(state, List.of()), place.fleet());
    Selected after =
        (at, name) ->
            name.equals(application) && isDecidedBy(place, at, name)
                ? release
                : before.at(at, name);
    return changes(
        place.fleet(), Set.of(application), placesIn(place), before, after, Beginning.NOTHING);
  }

  /// Whether an assignment at `place` is the narrowest one at `at`.
  private boolean isDecidedBy(Place place, Place at, Name application) {
    if (at.equals(place)) {
      return true;
    }
    boolean isBelow =
        place.site() == null || (place.slot() == null && place.site().equals(at.site()));
    if (!isBelow || AssignCommands.at(state, at, application) != null) {
      return false;
    }
    boolean isOfSite = at.slot() != null && place.site() == null;
    return !isOfSite
        || AssignCommands.at(state, new Place(at.fleet(), at.site(), null), application) == null;
  }

  /// Null when a list of objects may be applied.
  ///
  /// @param beginning the rollouts of the list that begin with it
  @Nullable Reason applied(Planned planned, List<AdminObject.Rollout> beginning) {
    if (state.inNeeds.isEmpty()) {
      return null;
    }
    Beginning with = new Beginning(planned, beginning);
    Planned now = new Planned(state, List.of());
    for (Name fleet : planned.fleetsWithApplications()) {
      Set<Name> changed = planned.changedApplications(fleet);
      changed.retainAll(state.inNeeds);
      if (changed.isEmpty()) {
        continue;
      }
      Reason wrong =
          changes(
              fleet,
              changed,
              placesIn(new Place(fleet, null, null)),
              of(now, fleet),
              of(planned, fleet),
              with);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  /// Null when a rollout may bring a release to its scope.
  ///
  /// @param planned what is applied together with it
  /// @param beginning rollouts that begin together with it, itself among them or not
  @Nullable Reason rollout(
      Scope scope,
      Name application,
      Digest release,
      Planned planned,
      List<AdminObject.Rollout> beginning) {
    if (!state.inNeeds.contains(application)) {
      return null;
    }
    Name fleet = scope.fleet();
    Selected before = of(new Planned(state, List.of()), fleet);
    Selected others = of(planned, fleet);
    Selected after =
        (at, name) -> name.equals(application) && covers(scope, at) ? release : others.at(at, name);
    return changes(
        fleet,
        Set.of(application),
        placesOf(scope),
        before,
        after,
        new Beginning(planned, beginning));
  }

  /// Null when who has switched may go back to what it had.
  @Nullable Reason goingBack(RolloutRecord record) {
    if (!state.inNeeds.contains(record.application())) {
      return null;
    }
    Scope scope = record.scope();
    Selected now = of(new Planned(state, List.of()), scope.fleet());
    Set<Name> others = applicationsOf(scope.fleet());
    for (Place place : placesOf(scope)) {
      for (Name other : others) {
        if (other.equals(record.application())) {
          continue;
        }
        for (Digest release : selected(now, place, other, Beginning.NOTHING)) {
          Reason lost = lostBy(record, release, place);
          if (lost != null) {
            return lost;
          }
        }
      }
    }
    return null;
  }

  private @Nullable Reason lostBy(RolloutRecord record, Digest release, Place place) {
    for (Need need : needs(release)) {
      if (!need.application().equals(record.application())
          || !need.isMetBy(record.release().version())) {
        continue;
      }
      for (Prior prior : record.priors()) {
        if (!need.isMetBy(prior.version())) {
          return new Reason.Conflict(
              "rollout " + record.id(),
              title(release)
                  + " is selected for "
                  + place
                  + " and needs "
                  + need
                  + "; some devices would go back to "
                  + prior.version()
                  + ". Take "
                  + nameOf(release)
                  + " back first (tombolo rollout rollback, or assign an earlier release of it)");
        }
      }
    }
    return null;
  }

  private static Selected of(Planned planned, Name fleet) {
    return (place, application) -> {
      if (planned.isGoing(fleet, application)) {
        return null;
      }
      Name site = place.site();
      Name slot = place.slot();
      if (site == null) {
        return planned.releaseOf(fleet, application);
      }
      return slot == null
          ? planned.releaseOf(fleet, site, application)
          : planned.releaseOf(fleet, new SlotRef(site, slot), application);
    };
  }

  private @Nullable Reason changes(
      Name fleet,
      Set<Name> changed,
      List<Place> places,
      Selected before,
      Selected after,
      Beginning with) {
    Set<Name> others = applicationsOf(fleet);
    others.addAll(with.applicationsOf(fleet));
    others.retainAll(state.inNeeds);
    for (Place place : places) {
      for (Name application : changed) {
        Digest next = after.at(place, application);
        Digest last = before.at(place, application);
        boolean isSame = next == null ? last == null : next.equals(last);
        if (isSame) {
          continue;
        }
        Reason wrong = next == null ? null : unmet(next, place, after, with);
        if (wrong == null && next != null) {
          wrong = cycle(application, next, place, before, after, with);
        }
        if (wrong == null) {
          wrong = taken(others, application, place, before, after, with);
        }
        if (wrong != null) {
          return wrong;
        }
      }
    }
    return null;
  }

  /// What the release needs is neither selected there nor about to come.
  private @Nullable Reason unmet(Digest release, Place place, Selected after, Beginning with) {
    for (Need need : needs(release)) {
      Digest has = after.at(place, need.application());
      if (isMet(need, has) || isComing(need, place) || broughtBy(need, place, with) != null) {
        continue;
      }
      String there =
          has == null ? "nothing of it is selected there" : versionOf(has) + " is selected there";
      return new Reason.Conflict(
          title(release) + " for " + place,
          "it needs "
              + need
              + ", and "
              + there
              + "; select that first (tombolo assign, or a rollout), or both in one apply");
    }
    return null;
  }

  /// Who needs what is changed there, had it, and would lose it.
  private @Nullable Reason taken(
      Set<Name> others,
      Name changed,
      Place place,
      Selected before,
      Selected after,
      Beginning with) {
    Digest next = after.at(place, changed);
    for (Name other : others) {
      if (other.equals(changed)) {
        continue;
      }
      for (Digest release : selected(after, place, other, with)) {
        for (Need need : needs(release)) {
          boolean isAbout = need.application().equals(changed);
          if (!isAbout || isMet(need, next) || !isHad(need, place, before)) {
            continue;
          }
          return new Reason.Conflict(
              changed + " for " + place,
              title(release)
                  + " is selected there and needs "
                  + need
                  + (next == null ? "" : ", not " + versionOf(next))
                  + "; take "
                  + other
                  + " back first, or change both in one apply");
        }
      }
    }
    return null;
  }

  private boolean isHad(Need need, Place place, Selected before) {
    return isMet(need, before.at(place, need.application())) || isComing(need, place);
  }

  /// Applications that need each other in a ring can never begin.
  private @Nullable Reason cycle(
      Name first, Digest release, Place place, Selected before, Selected after, Beginning with) {
    Ring ring = new Ring(first, place, before, after, with);
    return ring.closes(release, false)
        ? new Reason.Conflict(
            title(release) + " for " + place,
            "releases need each other in a ring: "
                + String.join(" -> ", ring.path())
                + "; one of them has to do without")
        : null;
  }

  private final class Ring {
    private final Name first;
    private final Place place;
    private final Selected before;
    private final Selected after;
    private final Beginning with;
    private final List<String> path = new ArrayList<>();
    private final Set<Name> seen = new HashSet<>();

    Ring(Name first, Place place, Selected before, Selected after, Beginning with) {
      this.first = first;
      this.place = place;
      this.before = before;
      this.after = after;
      this.with = with;
    }

    List<String> path() {
      return path;
    }

    /// @param isBrought by a rollout that begins now, so it waits only for what is not there yet
    boolean closes(Digest at, boolean isBrought) {
      path.add(title(at));
      for (Need need : needs(at)) {
        Name application = need.application();
        if (isBrought && isMet(need, before.at(place, application))) {
          continue;
        }
        Digest next = after.at(place, application);
        Digest brought =
            isMet(need, next) || isComing(need, place) ? null : broughtBy(need, place, with);
        Digest awaited = brought == null ? next : brought;
        if (awaited == null || !seen.add(application)) {
          continue;
        }
        if (application.equals(first)) {
          path.add(title(awaited));
          return true;
        }
        if (closes(awaited, brought != null)) {
          return true;
        }
      }
      path.removeLast();
      return false;
    }
  }

  private boolean isMet(Need need, @Nullable Digest has) {
    return has != null && need.isMetBy(versionOf(has));
  }

  /// A rollout brings it there, or has.
  private boolean isComing(Need need, Place place) {
    for (Rollout rollout : state.rollouts.of(place.fleet(), need.application())) {
      if (brings(rollout, place) && need.isMetBy(rollout.record().release().version())) {
        return true;
      }
    }
    return false;
  }

  /// The release that a rollout which begins now brings there; null: none does.
  private @Nullable Digest broughtBy(Need need, Place place, Beginning with) {
    for (AdminObject.Rollout rollout : with.of(place, need.application())) {
      ReleaseRecord release = state.releasesByRef.get(rollout.release());
      if (release != null && need.isMetBy(rollout.release().version())) {
        return release.digest();
      }
    }
    return null;
  }

  private static boolean brings(Rollout rollout, Place place) {
    boolean isOn =
        switch (rollout.state()) {
          case RolloutState.Planning _,
              RolloutState.Rolling _,
              RolloutState.Paused _,
              RolloutState.Completed _ ->
              true;
          case RolloutState.Aborted _, RolloutState.RolledBack _, RolloutState.Expired _ -> false;
        };
    return isOn && covers(rollout.record().scope(), place);
  }

  private static boolean covers(Scope scope, Place place) {
    return place.site() == null ? scope.sites().isEmpty() : scope.covers(place.site());
  }

  /// What devices of a place may have of an application, by assignments and by rollouts.
  private List<Digest> selected(Selected now, Place place, Name application, Beginning with) {
    List<Digest> all = new ArrayList<>(1);
    Digest assigned = now.at(place, application);
    if (assigned != null) {
      all.add(assigned);
    }
    for (Rollout rollout : state.rollouts.of(place.fleet(), application)) {
      if (brings(rollout, place) && !isAssignedSince(rollout.record(), place, application)) {
        all.add(rollout.record().digest());
      }
    }
    for (AdminObject.Rollout rollout : with.of(place, application)) {
      ReleaseRecord release = state.releasesByRef.get(rollout.release());
      if (release != null) {
        all.add(release.digest());
      }
    }
    return all;
  }

  private boolean isAssignedSince(RolloutRecord record, Place place, Name application) {
    Assignment at = AssignCommands.at(state, place, application);
    if (at == null) {
      at = AssignCommands.at(state, new Place(place.fleet(), null, null), application);
    }
    return at != null && at.changedMillis() > record.createdMillis();
  }

  /// Those of the fleet that need others or are needed.
  private Set<Name> applicationsOf(Name fleet) {
    Set<Name> names = new TreeSet<>(state.rollouts.of(fleet).keySet());
    state.assignments.forEach(
        (place, there) -> {
          if (place.fleet().equals(fleet)) {
            names.addAll(there.keySet());
          }
        });
    names.retainAll(state.inNeeds);
    return names;
  }

  /// The place, and those below it that have a selection of their own.
  private List<Place> placesIn(Place place) {
    List<Place> places = new ArrayList<>();
    places.add(place);
    for (Map.Entry<Place, TreeMap<Name, Assignment>> own : state.assignments.entrySet()) {
      Place each = own.getKey();
      boolean isBelow =
          each.fleet().equals(place.fleet())
              && !each.equals(place)
              && each.site() != null
              && (place.site() == null
                  || (place.slot() == null && place.site().equals(each.site())));
      if (isBelow
          && places.size() < PLACES_LOOKED_MAX
          && own.getValue().keySet().stream().anyMatch(state.inNeeds::contains)) {
        places.add(each);
      }
    }
    return places;
  }

  private List<Place> placesOf(Scope scope) {
    if (scope.sites().isEmpty()) {
      return placesIn(new Place(scope.fleet(), null, null));
    }
    List<Place> places = new ArrayList<>();
    for (Name site : new TreeSet<>(scope.sites())) {
      if (places.size() < PLACES_LOOKED_MAX) {
        places.add(new Place(scope.fleet(), site, null));
      }
    }
    for (Place each : placesIn(new Place(scope.fleet(), null, null))) {
      if (each.slot() != null && covers(scope, each) && places.size() < PLACES_LOOKED_MAX) {
        places.add(each);
      }
    }
    return places;
  }

  private List<Need> needs(Digest release) {
    ReleaseRecord record = state.releases.get(release);
    return record == null ? List.of() : record.needs();
  }

  private String title(Digest release) {
    ReleaseRecord record = state.releases.get(release);
    return record == null ? release.brief() : record.ref().toString();
  }

  private String nameOf(Digest release) {
    ReleaseRecord record = state.releases.get(release);
    return record == null ? release.brief() : record.ref().name().text();
  }

  private @Nullable String versionOf(Digest release) {
    ReleaseRecord record = state.releases.get(release);
    return record == null ? null : record.ref().version();
  }
}
