package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.desired.Layering;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which version of which application operators want in each slot.
final class Wanted {
  private record Place(Name fleet, @Nullable Name site, @Nullable Name slot) {}

  private final Map<Place, Map<Name, String>> versions = new HashMap<>();
  private final HubViews views;
  private final Set<Name> fleetsInParts;

  /// @param assignments that reach the slots that will be asked for
  Wanted(HubViews views, List<Views.AssignmentView> assignments) {
    this.views = views;
    this.fleetsInParts = views.fleetsInParts();
    for (Views.AssignmentView assignment : assignments) {
      versions
          .computeIfAbsent(
              new Place(assignment.fleet(), assignment.site(), assignment.slot()),
              place -> new HashMap<>())
          .put(assignment.application(), assignment.version());
    }
  }

  SortedMap<Name, String> at(Name fleet, SlotRef slot) {
    SortedMap<Name, String> wanted = new TreeMap<>();
    if (fleetsInParts.contains(fleet)) {
      views
          .settings(slot)
          .ifPresent(
              settings ->
                  Layering.of(settings)
                      .applications()
                      .forEach(it -> wanted.put(it.name(), it.release().version())));
      return wanted;
    }
    // The narrowest place that says something wins.
    wanted.putAll(versions.getOrDefault(new Place(fleet, null, null), Map.of()));
    wanted.putAll(versions.getOrDefault(new Place(fleet, slot.site(), null), Map.of()));
    wanted.putAll(versions.getOrDefault(new Place(fleet, slot.site(), slot.slot()), Map.of()));
    return wanted;
  }
}
