package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What of a list changes something, gathered while the list is checked, so that no step has to go
/// through all of it again.
final class Changing {
  private final Set<Name> touched = new TreeSet<>();
  private final Set<Name> fleets = new TreeSet<>();
  private final TreeSet<Name> sites = new TreeSet<>();
  private final TreeSet<SlotRef> slots = new TreeSet<>();
  private boolean isTemplated;

  /// @param object changes, or goes
  void add(AdminObject object, Planned planned) {
    isTemplated |= ByDevice.isTemplated(object);
    switch (object) {
      case AdminObject.Fleet it -> {
        touch(it.name());
        fleets.add(it.name());
      }
      case AdminObject.Site it -> {
        touch(it.fleet());
        sites.add(it.name());
      }
      case AdminObject.Slot it -> {
        touch(planned.fleetOf(it.ref().site()));
        slots.add(it.ref());
      }
      case AdminObject.Application it -> {
        touch(it.fleet());
        fleets.add(it.fleet());
      }
      case AdminObject.Rollout it -> {
        // No device gets another document before its wave is open; but then it has to work.
        touch(it.scope().fleet());
        ScopeWalk.add(it.scope(), fleets, sites);
      }
    }
  }

  private void touch(@Nullable Name fleet) {
    if (fleet != null) {
      touched.add(fleet);
    }
  }

  /// Whether the list may do something on one device that its objects do not show by themselves:
  /// templates and overrides depend on the device's labels.
  boolean isByDevice(HubState state, Planned planned) {
    if (isTemplated) {
      return true;
    }
    if (touched.isEmpty()) {
      return false;
    }
    if (state.isAnyPlaceTemplated()) {
      return true;
    }
    for (Name fleet : touched) {
      if (ByDevice.isFleet(state, planned, fleet)) {
        return true;
      }
    }
    return false;
  }

  /// Every slot that is reached.
  ScopeWalk walk() {
    return new ScopeWalk(fleets, sites, slots, null);
  }
}
