package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.Views;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which version of which application operators want in each slot; the narrowest place that says
/// something wins.
final class Wanted {
  private record Place(Name fleet, @Nullable Name site, @Nullable Name slot) {}

  private final Map<Place, Map<Name, String>> versions = new HashMap<>();

  Wanted(List<Views.AssignmentView> assignments) {
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
    wanted.putAll(versions.getOrDefault(new Place(fleet, null, null), Map.of()));
    wanted.putAll(versions.getOrDefault(new Place(fleet, slot.site(), null), Map.of()));
    wanted.putAll(versions.getOrDefault(new Place(fleet, slot.site(), slot.slot()), Map.of()));
    return wanted;
  }
}
