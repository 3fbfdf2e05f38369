package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.core.WindowLift;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What people have written of fleets, slots and applications, as the hub keeps it; sites are with
/// [HubFacts].
final class SettingFacts {
  private final Map<Name, AdminObject.Fleet> fleets = new HashMap<>();
  private final Map<SlotRef, AdminObject.Slot> slots = new HashMap<>();
  private final Map<Place, AdminObject.Application> applications = new HashMap<>();
  private final Map<SlotRef, WindowLift> lifts = new HashMap<>();

  private final Map<TransferPause.Place, TransferPause> pauses = new HashMap<>();

  private record Place(Name fleet, Name application) {}

  AdminObject.@Nullable Fleet fleet(Name name) {
    return fleets.get(name);
  }

  AdminObject.@Nullable Slot slot(SlotRef ref) {
    return slots.get(ref);
  }

  AdminObject.@Nullable Application application(Name fleet, Name name) {
    return applications.get(new Place(fleet, name));
  }

  /// Until when a person has lifted the slot's windows.
  Optional<Long> liftedUntil(SlotRef slot, long nowMillis) {
    return Optional.ofNullable(lifts.get(slot))
        .map(WindowLift::untilMillis)
        .filter(until -> until > nowMillis);
  }

  /// What stops the slot's downloads: its own pause, else its site's.
  @Nullable TransferPause pause(SlotRef slot) {
    TransferPause own = pauses.get(TransferPause.Place.of(slot));
    return own != null ? own : pauses.get(TransferPause.Place.of(slot.site()));
  }

  void take(HubChange.Durable change) {
    switch (change) {
      case HubChange.FleetPut(var it) -> fleets.put(it.content().name(), it.content());
      case HubChange.SlotPut(var it) -> slots.put(it.content().ref(), it.content());
      case HubChange.ApplicationPut(var it) ->
          applications.put(new Place(it.content().fleet(), it.content().name()), it.content());
      case HubChange.LiftPut(var it) -> lifts.put(it.slot(), it);
      case HubChange.LiftEnded(var slot) -> lifts.remove(slot);
      case HubChange.PausePut(var it) -> pauses.put(it.place(), it);
      case HubChange.PauseEnded(var place) -> pauses.remove(place);
      case HubChange.ObjectGone(var object) -> gone(object);
      default -> {}
    }
  }

  private void gone(AdminObject object) {
    switch (object) {
      case AdminObject.Fleet it -> fleets.remove(it.name());
      case AdminObject.Slot it -> slots.remove(it.ref());
      case AdminObject.Application it -> applications.remove(new Place(it.fleet(), it.name()));
      case AdminObject.Site _, AdminObject.Rollout _ -> {}
    }
  }

  Runnable bookmark() {
    Map<Name, AdminObject.Fleet> fleetsThen = Map.copyOf(fleets);
    Map<SlotRef, AdminObject.Slot> slotsThen = Map.copyOf(slots);
    Map<Place, AdminObject.Application> applicationsThen = Map.copyOf(applications);
    Map<SlotRef, WindowLift> liftsThen = Map.copyOf(lifts);
    Map<TransferPause.Place, TransferPause> pausesThen = Map.copyOf(pauses);
    return () -> {
      putBack(pauses, pausesThen);
      putBack(fleets, fleetsThen);
      putBack(slots, slotsThen);
      putBack(applications, applicationsThen);
      putBack(lifts, liftsThen);
    };
  }

  private static <K, V> void putBack(Map<K, V> map, Map<K, V> then) {
    map.clear();
    map.putAll(then);
  }
}
