package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where in its fleet an application goes.
final class Destinations {
  private Destinations() {}

  /// Whether what is selected for the whole fleet is meant for the slot, too: its policies say so,
  /// or the application was assigned to the slot or its site by name.
  static boolean has(HubState state, Name fleet, SlotRef slot, Name application) {
    return has(
        state,
        fleet,
        slot,
        application,
        kept(state, fleet, application),
        state.sites.get(slot.site()),
        state.slots.get(slot));
  }

  /// With the application, the site and the slot as they are or will be.
  static boolean has(
      HubState state,
      Name fleet,
      SlotRef slot,
      Name application,
      @Nullable Kept<AdminObject.Application> kept,
      @Nullable Kept<AdminObject.Site> site,
      @Nullable Kept<AdminObject.Slot> own) {
    if (kept == null || kept.content().policies().isEmpty()) {
      return true;
    }
    return SyncPolicy.isAnyFor(kept.content().policies(), facts(fleet, slot, site, own).labels())
        || isAssigned(state, new Assignment.Place(fleet, slot.site(), slot.slot()), application)
        || isAssigned(state, new Assignment.Place(fleet, slot.site(), null), application);
  }

  /// What selectors may know of a slot, those of rollouts too.
  static PlaceFacts facts(
      Name fleet,
      SlotRef slot,
      @Nullable Kept<AdminObject.Site> site,
      @Nullable Kept<AdminObject.Slot> own) {
    return new PlaceFacts(
        fleet,
        slot,
        site == null ? Map.of() : site.content().labels(),
        own == null ? Map.of() : own.content().labels());
  }

  /// Whether the application goes only to some places of the fleet.
  static boolean isAnySaid(HubState state, Name fleet, Name application) {
    Kept<AdminObject.Application> kept = kept(state, fleet, application);
    return kept != null && !kept.content().policies().isEmpty();
  }

  private static @Nullable Kept<AdminObject.Application> kept(
      HubState state, Name fleet, Name application) {
    Map<Name, Kept<AdminObject.Application>> there = state.applications.get(fleet);
    return there == null ? null : there.get(application);
  }

  private static boolean isAssigned(HubState state, Assignment.Place place, Name application) {
    return AssignCommands.at(state, place, application) != null;
  }
}
