package dev.tombolo.hub.core;

import dev.tombolo.hub.core.Assignment.Place;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.Choice;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.RolloutSteps;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Operators' objects as they will be once a list of them is applied.
final class Planned {
  private final HubState state;
  private final Map<Name, AdminObject.Fleet> fleets = new HashMap<>();
  private final Map<Name, AdminObject.Site> sites = new HashMap<>();
  private final Map<SlotRef, AdminObject.Slot> slots = new HashMap<>();
  private final Map<Name, Map<Name, AdminObject.Application>> applications = new HashMap<>();

  private final List<AdminObject.Rollout> rollouts = new ArrayList<>();

  /// Those of them that begin; found when first asked for.
  private @Nullable List<AdminObject.Rollout> beginning;

  private final Set<AdminObject> removed = new HashSet<>();

  /// What will be assigned besides; null: nothing.
  private @Nullable Assignment selection;

  /// What rollouts that begin will bring in the end.
  private final List<Coming> coming = new ArrayList<>(0);

  private record Coming(Name application, Scope scope, Layer.Choice choice) {}

  /// What the slots of each fleet will share; made when first asked for.
  private final Map<Name, SlotLayers.OfFleet> shared = new HashMap<>();

  /// What will be selected for each whole fleet; made when first asked for.
  private final Map<Name, Map<Name, Assignment>> wanted = new HashMap<>();

  /// What is selected below whole fleets; found in one pass when first asked for.
  private @Nullable Map<Name, Map<Name, Set<Digest>>> narrow;

  Planned(HubState state, List<AdminObject> objects) {
    this.state = state;
    add(objects);
  }

  /// More of the list. Before anything is asked.
  void add(List<AdminObject> objects) {
    for (AdminObject object : objects) {
      switch (object) {
        case AdminObject.Fleet fleet -> fleets.put(fleet.name(), fleet);
        case AdminObject.Site site -> sites.put(site.name(), site);
        case AdminObject.Slot slot -> slots.put(slot.ref(), slot);
        case AdminObject.Application a ->
            applications.computeIfAbsent(a.fleet(), fleet -> new HashMap<>()).put(a.name(), a);
        case AdminObject.Rollout rollout -> rollouts.add(rollout);
      }
    }
  }

  /// These go.
  ///
  /// @param objects of the state, as they are there
  void remove(List<AdminObject> objects) {
    removed.addAll(objects);
    shared.clear();
    wanted.clear();
  }

  /// An assignment is made, too. Before anything is asked.
  void select(Assignment next) {
    selection = next;
  }

  /// A rollout begins, too: [#inTheEnd] has what it is to bring.
  ///
  /// @param ref a release that there is
  void bring(ReleaseRef ref, Scope scope) {
    Digest release = digestOf(ref);
    if (release != null) {
      coming.add(
          new Coming(
              ref.name(),
              scope,
              new Layer.Choice(release, ref.version(), "rollout", new Given("", 0, ""))));
    }
  }

  /// The object as it will be; null when it will not be there.
  private <T extends AdminObject> @Nullable Kept<T> as(
      @Nullable T planned, @Nullable Kept<T> kept) {
    if (planned != null) {
      return new Kept<>("", planned, 0, 0, "");
    }
    boolean isGoing = kept != null && !removed.isEmpty() && removed.contains(kept.content());
    return isGoing ? null : kept;
  }

  @Nullable Kept<AdminObject.Site> site(Name site) {
    return as(sites.get(site), state.sites.get(site));
  }

  private @Nullable Kept<AdminObject.Slot> slot(SlotRef slot) {
    return as(slots.get(slot), state.slots.get(slot));
  }

  /// The slot as it will be; null when it will not be there.
  @Nullable SlotAs slotAs(SlotRef slot) {
    SlotSettings settings = settings(slot);
    Kept<AdminObject.Site> site = site(slot.site());
    Kept<AdminObject.Slot> kept = slot(slot);
    return settings == null || site == null || kept == null
        ? null
        : new SlotAs(settings, kept.content().displayName(), site.content().timeZone());
  }

  /// What will bear on a slot once every rollout that begins has brought it its release; null when
  /// none will.
  @Nullable SlotSettings inTheEnd(SlotRef slot) {
    Kept<AdminObject.Site> site = site(slot.site());
    Kept<AdminObject.Slot> kept = slot(slot);
    if (coming.isEmpty() || site == null || kept == null) {
      return null;
    }
    Map<Name, Layer.Choice> brought = new HashMap<>();
    Map<String, String> its = Destinations.facts(site.content().fleet(), slot, site, kept).labels();
    for (Coming each : coming) {
      if (each.scope().fleet().equals(site.content().fleet()) && each.scope().covers(slot, its)) {
        brought.put(each.application(), each.choice());
      }
    }
    SlotSettings settings = brought.isEmpty() ? null : settings(slot);
    return settings == null ? null : settings.with(RolloutLayer.bringing(brought));
  }

  /// What will bear on a slot; null when it will not be there.
  @Nullable SlotSettings settings(SlotRef slot) {
    Kept<AdminObject.Site> site = site(slot.site());
    Kept<AdminObject.Slot> kept = slot(slot);
    if (site == null || kept == null) {
      return null;
    }
    Name fleet = site.content().fleet();
    return SlotLayers.of(
        sharedIn(fleet),
        site,
        slot,
        kept,
        wanted(new Place(fleet, slot.site(), null)),
        wanted(new Place(fleet, slot.site(), slot.slot())),
        RolloutLayer.of(
            state,
            rolloutsOf(fleet),
            slot,
            application -> narrowest(fleet, slot, application),
            new RolloutLayer.Leaving() {
              @Override
              public boolean isOutside(Rollout rollout, int member) {
                return Planned.this.isOutside(rollout, member, site, kept);
              }

              @Override
              public @Nullable Choice joined(Rollout rollout, SlotRef joining) {
                return Planned.this.joined(rollout, joining, site, kept);
              }
            }));
  }

  /// What a rollout would select for a device that it does not have yet: as [RolloutDriver] takes
  /// it in then.
  private @Nullable Choice joined(
      Rollout rollout, SlotRef slot, Kept<AdminObject.Site> site, Kept<AdminObject.Slot> kept) {
    RolloutRecord record = rollout.record();
    Name fleet = record.scope().fleet();
    Map<String, String> labels = Destinations.facts(fleet, slot, site, kept).labels();
    boolean takes =
        RolloutDriver.isOpen(record.state())
            && state.holders.containsKey(slot)
            && record.scope().covers(slot, labels)
            && goesTo(fleet, slot, record.application(), site, kept)
            && !RolloutLayer.isOverruled(record, narrowest(fleet, slot, record.application()));
    return takes ? RolloutSteps.joined(record, slot, labels) : null;
  }

  /// Whether a rollout will not be about one of its devices: as [RolloutDriver] finds it then.
  private boolean isOutside(
      Rollout rollout, int member, Kept<AdminObject.Site> site, Kept<AdminObject.Slot> kept) {
    RolloutRecord record = rollout.record();
    SlotRef slot = rollout.slot(member);
    if (!RolloutDriver.isLookedAt(record.state()) || !state.slots.containsKey(slot)) {
      return rollout.isOutside(member);
    }
    Name fleet = record.scope().fleet();
    boolean isOverruled =
        !RolloutDriver.isDecided(rollout, member)
            && RolloutLayer.isOverruled(record, narrowest(fleet, slot, record.application()));
    return isOverruled
        || !record.scope().covers(slot, Destinations.facts(fleet, slot, site, kept).labels())
        || !goesTo(fleet, slot, record.application(), site, kept);
  }

  private boolean goesTo(
      Name fleet,
      SlotRef slot,
      Name application,
      Kept<AdminObject.Site> site,
      Kept<AdminObject.Slot> kept) {
    Map<Name, Kept<AdminObject.Application>> there = state.applications.get(fleet);
    Kept<AdminObject.Application> its =
        as(
            applications.getOrDefault(fleet, Map.of()).get(application),
            there == null ? null : there.get(application));
    return Destinations.has(state, fleet, slot, application, its, site, kept);
  }

  /// Those of applications that go are forgotten with them.
  private Map<Name, List<Rollout>> rolloutsOf(Name fleet) {
    Map<Name, List<Rollout>> there = state.rollouts.of(fleet);
    if (removed.isEmpty() || there.isEmpty()) {
      return there;
    }
    Map<Name, List<Rollout>> left = new TreeMap<>(there);
    for (AdminObject object : removed) {
      if (object instanceof AdminObject.Application a && a.fleet().equals(fleet)) {
        left.remove(a.name());
      }
    }
    return left;
  }

  /// What will be assigned to a slot by the narrowest place.
  private @Nullable Assignment narrowest(Name fleet, SlotRef slot, Name application) {
    Assignment own = assigned(new Place(fleet, slot.site(), slot.slot()), application);
    if (own == null) {
      own = assigned(new Place(fleet, slot.site(), null), application);
    }
    return own == null ? wantedByName(fleet).get(application) : own;
  }

  private @Nullable Assignment assigned(Place place, Name application) {
    Assignment next = selection;
    return next != null && next.application().equals(application) && next.place().equals(place)
        ? next
        : AssignCommands.at(state, place, application);
  }

  private SlotLayers.OfFleet sharedIn(Name fleet) {
    return shared.computeIfAbsent(
        fleet,
        name ->
            SlotLayers.ofFleet(
                name,
                as(fleets.get(name), state.fleets.get(name)),
                applicationsOf(name),
                wantedByName(name).values()));
  }

  List<Kept<AdminObject.Application>> applicationsOf(Name fleet) {
    Map<Name, AdminObject.Application> planned = applications.getOrDefault(fleet, Map.of());
    Map<Name, Kept<AdminObject.Application>> kept =
        state.applications.getOrDefault(fleet, new TreeMap<>());
    TreeSet<Name> names = new TreeSet<>(planned.keySet());
    names.addAll(kept.keySet());
    List<Kept<AdminObject.Application>> all = new ArrayList<>();
    for (Name name : names) {
      Kept<AdminObject.Application> one = as(planned.get(name), kept.get(name));
      if (one != null) {
        all.add(one);
      }
    }
    return all;
  }

  /// What will be selected for a whole fleet.
  private Map<Name, Assignment> wantedByName(Name fleet) {
    return wanted.computeIfAbsent(fleet, this::wantedIn);
  }

  private Map<Name, Assignment> wantedIn(Name fleet) {
    Place place = new Place(fleet, null, null);
    Map<Name, Assignment> next = new TreeMap<>();
    wanted(place).forEach(assignment -> next.put(assignment.application(), assignment));
    for (AdminObject object : removed) {
      if (object instanceof AdminObject.Application a && a.fleet().equals(fleet)) {
        next.remove(a.name());
      }
    }
    applications
        .getOrDefault(fleet, Map.of())
        .forEach(
            (name, application) ->
                application
                    .release()
                    .ifPresent(
                        ref -> {
                          Digest release = digestOf(ref);
                          if (release != null) {
                            next.put(name, selected(place, ref, release));
                          }
                        }));
    return next;
  }

  /// A release that is selected already stays as it was selected; another one is the newest of all.
  private Assignment selected(Place place, ReleaseRef ref, Digest release) {
    Assignment before = AssignCommands.at(state, place, ref.name());
    return before != null && before.release().equals(release)
        ? before
        : Assignment.newest(place, ref, release);
  }

  private Collection<Assignment> wanted(Place place) {
    TreeMap<Name, Assignment> there = state.assignments.get(place);
    Assignment next = selection;
    if (next == null || !next.place().equals(place)) {
      return there == null ? List.of() : there.values();
    }
    TreeMap<Name, Assignment> all = there == null ? new TreeMap<>() : new TreeMap<>(there);
    all.put(next.application(), next);
    return all.values();
  }

  /// The rollouts that begin; those that stand already, over or not, are none of them.
  List<AdminObject.Rollout> beginning(Predicate<AdminObject.Rollout> isNew) {
    List<AdminObject.Rollout> all = beginning;
    if (all == null) {
      all = rollouts.stream().filter(isNew).toList();
      beginning = all;
      all.forEach(each -> bring(each.release(), each.scope()));
    }
    return all;
  }

  boolean isFleet(Name fleet) {
    return as(fleets.get(fleet), state.fleets.get(fleet)) != null;
  }

  boolean isSite(Name site) {
    return site(site) != null;
  }

  boolean isSlot(SlotRef slot) {
    return slot(slot) != null;
  }

  /// The list itself has it.
  boolean has(Name site) {
    return sites.containsKey(site);
  }

  boolean has(SlotRef slot) {
    return slots.containsKey(slot);
  }

  /// The fleets of which an application is written or goes.
  Set<Name> fleetsWithApplications() {
    Set<Name> all = new TreeSet<>(applications.keySet());
    for (AdminObject object : removed) {
      if (object instanceof AdminObject.Application a) {
        all.add(a.fleet());
      }
    }
    return all;
  }

  /// Those applications of a fleet.
  Set<Name> changedApplications(Name fleet) {
    Set<Name> all = new TreeSet<>(applications.getOrDefault(fleet, Map.of()).keySet());
    for (AdminObject object : removed) {
      if (object instanceof AdminObject.Application a && a.fleet().equals(fleet)) {
        all.add(a.name());
      }
    }
    return all;
  }

  /// Whether an application goes, and all that is assigned of it.
  boolean isGoing(Name fleet, Name application) {
    if (removed.isEmpty()) {
      return false;
    }
    Map<Name, Kept<AdminObject.Application>> there = state.applications.get(fleet);
    Kept<AdminObject.Application> kept = there == null ? null : there.get(application);
    return kept != null && removed.contains(kept.content());
  }

  Collection<Name> knownFleets() {
    return known(fleets.keySet(), state.fleets.keySet());
  }

  Collection<Name> knownSites() {
    return known(sites.keySet(), state.sites.keySet());
  }

  private static Collection<Name> known(Set<Name> planned, Set<Name> kept) {
    Set<Name> all = new TreeSet<>(planned);
    kept.stream().limit(References.NEAR_LOOKED_MAX).forEach(all::add);
    return all;
  }

  @Nullable Name fleetOf(Name site) {
    AdminObject.Site planned = sites.get(site);
    if (planned != null) {
      return planned.fleet();
    }
    Kept<AdminObject.Site> kept = state.sites.get(site);
    return kept == null ? null : kept.content().fleet();
  }

  Map<String, String> ofApplication(Name fleet, Name application) {
    AdminObject.Application planned = applications.getOrDefault(fleet, Map.of()).get(application);
    if (planned != null) {
      return planned.parameters();
    }
    Map<Name, Kept<AdminObject.Application>> there = state.applications.get(fleet);
    Kept<AdminObject.Application> kept = there == null ? null : there.get(application);
    return kept == null ? Map.of() : kept.content().parameters();
  }

  Map<String, String> ofFleet(Name fleet, Name application) {
    AdminObject.Fleet planned = fleets.get(fleet);
    Kept<AdminObject.Fleet> kept = state.fleets.get(fleet);
    AdminObject.Fleet there = planned != null || kept == null ? planned : kept.content();
    return there == null ? Map.of() : there.parameters().getOrDefault(application, Map.of());
  }

  Map<String, String> ofSite(Name site, Name application) {
    AdminObject.Site planned = sites.get(site);
    Kept<AdminObject.Site> kept = state.sites.get(site);
    AdminObject.Site there = planned != null || kept == null ? planned : kept.content();
    return there == null ? Map.of() : there.parameters().getOrDefault(application, Map.of());
  }

  Map<String, String> ofSlot(SlotRef slot, Name application) {
    AdminObject.Slot planned = slots.get(slot);
    Kept<AdminObject.Slot> kept = state.slots.get(slot);
    AdminObject.Slot there = planned != null || kept == null ? planned : kept.content();
    return there == null ? Map.of() : there.parameters().getOrDefault(application, Map.of());
  }

  /// The release a whole fleet has of an application.
  @Nullable Digest releaseOf(Name fleet, Name application) {
    AdminObject.Application planned = applications.getOrDefault(fleet, Map.of()).get(application);
    Assignment at = AssignCommands.at(state, new Place(fleet, null, null), application);
    if (planned != null && planned.release().isPresent()) {
      Digest wanted = digestOf(planned.release().get());
      if (at == null || !at.release().equals(wanted)) {
        return wanted;
      }
    }
    Digest brought = broughtTo(fleet, application, at);
    return brought != null || at == null ? brought : at.release();
  }

  /// What a rollout has brought the whole fleet to since something was assigned to it.
  private @Nullable Digest broughtTo(Name fleet, Name application, @Nullable Assignment at) {
    List<Rollout> newestFirst = state.rollouts.of(fleet, application);
    if (newestFirst.isEmpty()) {
      return null;
    }
    RolloutRecord newest = newestFirst.getFirst().record();
    boolean isForAll = newest.scope().sites().isEmpty() && newest.scope().labels().isEmpty();
    boolean counts = at == null || newest.createdMillis() >= at.changedMillis();
    return isForAll && counts && newest.state() instanceof RolloutState.Completed
        ? newest.digest()
        : null;
  }

  /// The release a slot has of an application: the narrowest place that selects one wins.
  @Nullable Digest releaseOf(Name fleet, SlotRef slot, Name application) {
    Digest own = at(new Place(fleet, slot.site(), slot.slot()), application);
    return own != null ? own : releaseOf(fleet, slot.site(), application);
  }

  /// The release a site has of an application, but for slots that have another.
  @Nullable Digest releaseOf(Name fleet, Name site, Name application) {
    Digest own = at(new Place(fleet, site, null), application);
    return own != null ? own : releaseOf(fleet, application);
  }

  /// Every release of an application that is selected in a fleet.
  Set<Digest> releasesIn(Name fleet, Name application) {
    Set<Digest> found =
        new HashSet<>(narrow().getOrDefault(fleet, Map.of()).getOrDefault(application, Set.of()));
    add(found, releaseOf(fleet, application));
    return found;
  }

  Set<Digest> releasesIn(Name fleet, Name site, Name application) {
    Set<Digest> found = new HashSet<>();
    add(found, releaseOf(fleet, site, application));
    for (SlotRef slot : state.slotsOf(site)) {
      add(found, at(new Place(fleet, site, slot.slot()), application));
    }
    return found;
  }

  private Map<Name, Map<Name, Set<Digest>>> narrow() {
    Map<Name, Map<Name, Set<Digest>>> all = narrow;
    if (all == null) {
      Map<Name, Map<Name, Set<Digest>>> found = new HashMap<>();
      state.assignments.forEach(
          (place, there) -> {
            if (place.site() != null) {
              there.forEach(
                  (application, assignment) ->
                      found
                          .computeIfAbsent(place.fleet(), fleet -> new HashMap<>())
                          .computeIfAbsent(application, a -> new HashSet<>())
                          .add(assignment.release()));
            }
          });
      narrow = found;
      all = found;
    }
    return all;
  }

  private @Nullable Digest at(Place place, Name application) {
    Assignment assignment = AssignCommands.at(state, place, application);
    return assignment == null ? null : assignment.release();
  }

  private @Nullable Digest digestOf(ReleaseRef ref) {
    ReleaseRecord release = state.releasesByRef.get(ref);
    return release == null ? null : release.digest();
  }

  private static void add(Set<Digest> found, @Nullable Digest release) {
    if (release != null) {
      found.add(release);
    }
  }

  /// Null while there is room for all that is new.
  @Nullable Reason room() {
    return References.first(
        Arrays.asList(
            room("fleets", ObjectBounds.FLEETS_MAX, state.fleets.keySet(), fleets.keySet()),
            room("sites", ObjectBounds.SITES_MAX, state.sites.keySet(), sites.keySet()),
            room("slots", ObjectBounds.SLOTS_MAX, state.slots.keySet(), slots.keySet()),
            applicationsRoom()));
  }

  private @Nullable Reason applicationsRoom() {
    for (Map.Entry<Name, Map<Name, AdminObject.Application>> entry : applications.entrySet()) {
      Map<Name, Kept<AdminObject.Application>> kept = state.applications.get(entry.getKey());
      Reason full =
          room(
              "applications of fleet " + entry.getKey(),
              ObjectBounds.APPLICATIONS_OF_FLEET_MAX,
              kept == null ? Set.of() : kept.keySet(),
              entry.getValue().keySet());
      if (full != null) {
        return full;
      }
      Set<Name> selected = new TreeSet<>();
      entry
          .getValue()
          .forEach(
              (name, application) -> {
                if (application.release().isPresent()) {
                  selected.add(name);
                }
              });
      full = selected.isEmpty() ? null : AssignCommands.room(state, entry.getKey(), selected);
      if (full != null) {
        return full;
      }
    }
    return null;
  }

  private static <T> @Nullable Reason room(String what, int max, Set<T> kept, Set<T> planned) {
    if (kept.size() + planned.size() <= max) {
      return null;
    }
    long more = planned.stream().filter(each -> !kept.contains(each)).count();
    return more == 0 || kept.size() + more <= max
        ? null
        : new Reason.LimitExceeded(what, max, kept.size() + more);
  }
}
