package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.desired.Layering;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which version of which application operators want in each slot of a page. Asked for together:
/// however many devices the page has, a fleet costs a few questions.
final class Wanted {
  private record Place(Name fleet, @Nullable Name site, @Nullable Name slot) {}

  private final Map<Place, Map<Name, String>> versions = new HashMap<>();

  /// Of fleets in which an application does not go everywhere, or a rollout has a say.
  private final Map<SlotRef, SortedMap<Name, String>> inParts = new HashMap<>();

  private final Set<Name> fleetsInParts;

  /// @param devices that will be asked for
  /// @param assignments that reach them
  Wanted(HubViews views, List<Views.DeviceView> devices, List<Views.AssignmentView> assignments) {
    this.fleetsInParts = views.fleetsInParts();
    for (Views.AssignmentView assignment : assignments) {
      versions
          .computeIfAbsent(
              new Place(assignment.fleet(), assignment.site(), assignment.slot()),
              place -> new HashMap<>())
          .put(assignment.application(), assignment.version());
    }
    Map<Name, List<SlotRef>> asked = new HashMap<>();
    for (Views.DeviceView device : devices) {
      if (fleetsInParts.contains(device.fleet())) {
        asked.computeIfAbsent(device.fleet(), fleet -> new ArrayList<>()).add(device.slot());
      }
    }
    asked.forEach(
        (fleet, slots) ->
            views
                .settings(fleet, slots, System.currentTimeMillis())
                .forEach(
                    (slot, settings) -> {
                      SortedMap<Name, String> wanted = new TreeMap<>();
                      Layering.of(settings)
                          .applications()
                          .forEach(it -> wanted.put(it.name(), it.release().version()));
                      inParts.put(slot, wanted);
                    }));
  }

  SortedMap<Name, String> at(Name fleet, SlotRef slot) {
    if (fleetsInParts.contains(fleet)) {
      return inParts.getOrDefault(slot, new TreeMap<>());
    }
    SortedMap<Name, String> wanted = new TreeMap<>();
    // The narrowest place that says something wins.
    wanted.putAll(versions.getOrDefault(new Place(fleet, null, null), Map.of()));
    wanted.putAll(versions.getOrDefault(new Place(fleet, slot.site(), null), Map.of()));
    wanted.putAll(versions.getOrDefault(new Place(fleet, slot.site(), slot.slot()), Map.of()));
    return wanted;
  }
}
