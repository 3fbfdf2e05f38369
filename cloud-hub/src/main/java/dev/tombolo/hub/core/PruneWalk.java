package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminCommand.Prune;
import dev.tombolo.hub.core.admin.AdminCommand.Prune.Kind;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds what a list of objects leaves out, a slice at a time, and whether it may go.
///
/// @param listed what the list has
/// @param found so far: they go
/// @param place the kind that is being looked through
/// @param after the slot or site that was looked at last; null at the beginning
record PruneWalk(
    Prune prune, Set<String> listed, List<AdminObject> found, Kind place, @Nullable SlotRef after) {
  /// Objects that go by one command.
  static final int REMOVED_MAX = 2_000;

  /// Objects passed over in one step.
  private static final int LOOKED_MAX = 1_000;

  private static final Name ANY_SLOT = new Name("0");

  PruneWalk {
    found = List.copyOf(found);
  }

  static PruneWalk begin(Prune prune, Set<String> listed) {
    return new PruneWalk(prune, listed, List.of(), Kind.SLOT, null);
  }

  /// How a slice ended.
  sealed interface Outcome {
    record More(PruneWalk next) implements Outcome {}

    /// @param objects slots first, fleets last
    record Ended(List<AdminObject> objects) implements Outcome {}

    record Refused(Reason reason) implements Outcome {}
  }

  Outcome slice(HubState state) {
    List<AdminObject> all = new ArrayList<>(found);
    Reason refusal =
        switch (place) {
          case SLOT, SITE -> null;
          case APPLICATION -> applications(state, all);
          case FLEET -> fleets(state, all);
        };
    if (refusal != null) {
      return new Outcome.Refused(refusal);
    }
    return switch (place) {
      case SLOT -> slots(state, all);
      case SITE -> sites(state, all);
      case APPLICATION -> new Outcome.More(new PruneWalk(prune, listed, all, Kind.FLEET, null));
      case FLEET -> ended(all);
    };
  }

  private static Outcome ended(List<AdminObject> all) {
    all.sort(Comparator.comparingInt(PruneWalk::rank));
    return all.size() > REMOVED_MAX ? tooMany() : new Outcome.Ended(all);
  }

  /// At the first that is one too many: how many there are in all nobody has looked.
  private static Outcome tooMany() {
    return new Outcome.Refused(
        new Reason.LimitExceeded("objects to prune at once", REMOVED_MAX, REMOVED_MAX + 1L));
  }

  private Outcome slots(HubState state, List<AdminObject> all) {
    int looked = 0;
    SlotRef at = after;
    Map<SlotRef, DeviceId> waiting = waiting(state);
    NavigableMap<SlotRef, Kept<AdminObject.Slot>> left =
        at == null ? state.slots : state.slots.tailMap(at, false);
    for (Kept<AdminObject.Slot> slot : left.values()) {
      if (looked++ == LOOKED_MAX) {
        return new Outcome.More(new PruneWalk(prune, listed, all, Kind.SLOT, at));
      }
      at = slot.content().ref();
      if (prune.kinds().contains(Kind.SLOT)
          && isMeant(state, at.site())
          && isLeftOut(slot.content())) {
        Reason inUse = inUse(at, state.holders.getOrDefault(at, waiting.get(at)));
        if (inUse != null) {
          return new Outcome.Refused(inUse);
        }
        if (all.size() == REMOVED_MAX) {
          return tooMany();
        }
        all.add(slot.content());
      }
    }
    return new Outcome.More(new PruneWalk(prune, listed, all, Kind.SITE, null));
  }

  private Outcome sites(HubState state, List<AdminObject> all) {
    boolean isSitesTurn = prune.kinds().contains(Kind.SITE);
    if (!isSitesTurn && !prune.kinds().contains(Kind.FLEET)) {
      return new Outcome.More(new PruneWalk(prune, listed, all, Kind.APPLICATION, null));
    }
    int looked = 0;
    SlotRef at = after;
    NavigableMap<Name, Kept<AdminObject.Site>> left =
        at == null ? state.sites : state.sites.tailMap(at.site(), false);
    Set<AdminObject> going = Set.copyOf(all);
    for (Kept<AdminObject.Site> site : left.values()) {
      if (looked++ == LOOKED_MAX) {
        return new Outcome.More(new PruneWalk(prune, listed, all, Kind.SITE, at));
      }
      Name name = site.content().name();
      at = new SlotRef(name, ANY_SLOT);
      if (!isMeant(state, name)) {
        continue;
      }
      if (!isSitesTurn || !isLeftOut(site.content())) {
        Kept<AdminObject.Fleet> fleet = state.fleets.get(site.content().fleet());
        if (prune.kinds().contains(Kind.FLEET) && fleet != null && isLeftOut(fleet.content())) {
          return new Outcome.Refused(
              inUse(
                  fleet.content(),
                  "it has site " + name + (isSitesTurn ? "" : "; prune Site, too")));
        }
      } else {
        for (SlotRef slot : state.slotsOf(name)) {
          Kept<AdminObject.Slot> kept = state.slots.get(slot);
          if (kept != null && !going.contains(kept.content())) {
            return new Outcome.Refused(
                inUse(site.content(), "it has slot " + slot + "; prune DeviceSlot, too"));
          }
        }
        if (all.size() == REMOVED_MAX) {
          return tooMany();
        }
        all.add(site.content());
      }
    }
    return new Outcome.More(new PruneWalk(prune, listed, all, Kind.APPLICATION, null));
  }

  private @Nullable Reason applications(HubState state, List<AdminObject> all) {
    if (prune.kinds().contains(Kind.APPLICATION)) {
      for (Name fleet : prune.fleets()) {
        var there = state.applications.get(fleet);
        if (there == null) {
          continue;
        }
        for (Kept<AdminObject.Application> application : there.values()) {
          if (isLeftOut(application.content())) {
            Reason moving = References.rollout(state, fleet, null, application.content().name());
            if (moving != null) {
              return moving;
            }
            Reason narrow = assignedBelow(state, application.content(), Set.copyOf(all));
            if (narrow != null) {
              return narrow;
            }
            all.add(application.content());
          }
        }
      }
    }
    return null;
  }

  /// What was assigned to a site or a slot of its own would stay.
  private static @Nullable Reason assignedBelow(
      HubState state, AdminObject.Application application, Set<AdminObject> going) {
    for (var each : state.assignments.entrySet()) {
      Assignment.Place place = each.getKey();
      boolean isHere =
          place.fleet().equals(application.fleet())
              && place.site() != null
              && each.getValue().containsKey(application.name());
      if (isHere && !isGoing(state, place, going)) {
        String where =
            place.slot() == null
                ? "site " + place.site()
                : "slot " + place.site() + "/" + place.slot();
        return inUse(
            application,
            "it is assigned to "
                + where
                + " itself; take it back there first: tombolo unassign "
                + application.name()
                + " --fleet "
                + place.fleet()
                + " --"
                + where);
      }
    }
    return null;
  }

  /// Whether the site or slot is left out itself.
  private static boolean isGoing(HubState state, Assignment.Place place, Set<AdminObject> going) {
    Name site = place.site();
    Name slot = place.slot();
    if (site == null) {
      return false;
    }
    Kept<? extends AdminObject> kept =
        slot == null ? state.sites.get(site) : state.slots.get(new SlotRef(site, slot));
    return kept != null && going.contains(kept.content());
  }

  private @Nullable Reason fleets(HubState state, List<AdminObject> all) {
    if (!prune.kinds().contains(Kind.FLEET)) {
      return null;
    }
    Set<AdminObject> going = Set.copyOf(all);
    for (Name name : prune.fleets()) {
      Kept<AdminObject.Fleet> fleet = state.fleets.get(name);
      if (fleet == null || !isLeftOut(fleet.content())) {
        continue;
      }
      var there = state.applications.get(name);
      if (there != null) {
        for (Kept<AdminObject.Application> application : there.values()) {
          if (!going.contains(application.content())) {
            return inUse(
                fleet.content(),
                "it has application " + application.content().name() + "; prune Application, too");
          }
        }
      }
      for (Name application : state.rollouts.of(name).keySet()) {
        Reason moving = References.rollout(state, name, null, application);
        if (moving != null) {
          return moving;
        }
      }
      all.add(fleet.content());
    }
    return null;
  }

  private boolean isMeant(HubState state, Name site) {
    Kept<AdminObject.Site> kept = state.sites.get(site);
    return kept != null && prune.fleets().contains(kept.content().fleet());
  }

  private boolean isLeftOut(AdminObject object) {
    return !listed.contains(object.title());
  }

  /// Devices that an operator may let in again.
  private static Map<SlotRef, DeviceId> waiting(HubState state) {
    Map<SlotRef, DeviceId> waiting = new HashMap<>();
    for (DeviceId id : state.expelled) {
      DeviceRecord device = state.devices.get(id);
      if (device != null && device.standing() != DeviceRecord.Standing.REVOKED) {
        waiting.put(device.slot(), id);
      }
    }
    return waiting;
  }

  private static @Nullable Reason inUse(SlotRef slot, @Nullable DeviceId holder) {
    return holder == null
        ? null
        : new Reason.Conflict(
            "slot " + slot,
            "it has device "
                + holder
                + "; keep it in the files, or shut the device out first: tombolo revoke "
                + slot);
  }

  private static Reason inUse(AdminObject object, String why) {
    return new Reason.Conflict(object.title(), why + ", or keep it in the files");
  }

  /// What is in another goes before it.
  private static int rank(AdminObject object) {
    return switch (object) {
      case AdminObject.Slot slot -> 0;
      case AdminObject.Site site -> 1;
      case AdminObject.Application application -> 2;
      case AdminObject.Rollout rollout -> 3;
      case AdminObject.Fleet fleet -> 4;
    };
  }
}
