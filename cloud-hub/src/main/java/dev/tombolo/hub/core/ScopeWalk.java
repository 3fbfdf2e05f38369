package dev.tombolo.hub.core;

import dev.tombolo.hub.core.Assignment.Place;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The slots that a change of some objects can reach, a slice at a time, in their order.
///
/// @param fleets all slots of these; then every slot that there is, is looked at
/// @param sites all slots of these
/// @param slots that are there, or are to be made
/// @param after what was looked at last; null at the beginning
record ScopeWalk(
    Set<Name> fleets, TreeSet<Name> sites, TreeSet<SlotRef> slots, @Nullable SlotRef after) {
  /// Slots passed over in one step.
  private static final int LOOKED_MAX = 1_000;

  /// Slots of one step.
  ///
  /// @param next null when these were the last
  record Slice(List<SlotRef> slots, @Nullable ScopeWalk next) {}

  /// Of what is selected for a place.
  static ScopeWalk of(Place place) {
    Name site = place.site();
    Name slot = place.slot();
    if (site == null) {
      return new ScopeWalk(Set.of(place.fleet()), new TreeSet<>(), new TreeSet<>(), null);
    }
    return slot == null
        ? new ScopeWalk(Set.of(), new TreeSet<>(Set.of(site)), new TreeSet<>(), null)
        : new ScopeWalk(
            Set.of(), new TreeSet<>(), new TreeSet<>(Set.of(new SlotRef(site, slot))), null);
  }

  /// Of a rollout.
  static ScopeWalk of(Scope scope) {
    Set<Name> fleets = new TreeSet<>();
    TreeSet<Name> sites = new TreeSet<>();
    add(scope, fleets, sites);
    return new ScopeWalk(fleets, sites, new TreeSet<>(), null);
  }

  static void add(Scope scope, Set<Name> fleets, Set<Name> sites) {
    if (scope.sites().isEmpty()) {
      fleets.add(scope.fleet());
    } else {
      sites.addAll(scope.sites());
    }
  }

  Slice slice(HubState state, int count) {
    List<SlotRef> found = new ArrayList<>();
    SlotRef at = after;
    for (int looked = 0; looked < LOOKED_MAX && found.size() < count; looked++) {
      SlotRef next = next(state, at);
      if (next == null) {
        return new Slice(found, null);
      }
      at = next;
      if (isIn(next, state)) {
        found.add(next);
      }
    }
    return new Slice(found, new ScopeWalk(fleets, sites, slots, at));
  }

  private boolean isIn(SlotRef slot, HubState state) {
    if (sites.contains(slot.site()) || slots.contains(slot)) {
      return true;
    }
    Kept<AdminObject.Site> site = state.sites.get(slot.site());
    return site != null && fleets.contains(site.content().fleet());
  }

  private @Nullable SlotRef next(HubState state, @Nullable SlotRef at) {
    SlotRef own = at == null ? (slots.isEmpty() ? null : slots.first()) : slots.higher(at);
    SlotRef kept = fleets.isEmpty() ? nextOfSites(state, at) : nextOfAll(state.slots, at);
    if (own == null || kept == null) {
      return own == null ? kept : own;
    }
    return own.compareTo(kept) < 0 ? own : kept;
  }

  private static @Nullable SlotRef nextOfAll(NavigableMap<SlotRef, ?> all, @Nullable SlotRef at) {
    return at == null ? (all.isEmpty() ? null : all.firstKey()) : all.higherKey(at);
  }

  /// Leaps over the sites that are not meant.
  private @Nullable SlotRef nextOfSites(HubState state, @Nullable SlotRef at) {
    Name site = at == null ? null : sites.contains(at.site()) ? at.site() : null;
    if (site != null && at != null) {
      SlotRef next = state.slots.higherKey(at);
      if (next != null && next.site().equals(site)) {
        return next;
      }
    }
    Name following = at == null ? first(sites) : sites.higher(at.site());
    while (following != null) {
      SlotRef next = state.slots.ceilingKey(HubState.firstOf(following));
      if (next != null && next.site().equals(following)) {
        return next;
      }
      following = sites.higher(following);
    }
    return null;
  }

  private static @Nullable Name first(TreeSet<Name> names) {
    return names.isEmpty() ? null : names.first();
  }
}
