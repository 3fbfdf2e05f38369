package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Which devices a rollout is about. A device that comes into it later takes part too.
///
/// @param sites empty: all of the fleet's
/// @param labels a device's own labels, laid over those of its site, and `tombolo.io/site` and
///   `tombolo.io/slot`, must have all of these
public record Scope(Name fleet, Set<Name> sites, Map<String, String> labels) {
  public Scope {
    sites = Set.copyOf(sites);
    labels = Map.copyOf(labels);
  }

  public boolean covers(Name site) {
    return sites.isEmpty() || sites.contains(site);
  }

  public boolean covers(SlotRef slot, Map<String, String> its) {
    return covers(slot.site()) && has(its, labels);
  }

  static boolean has(Map<String, String> labels, Map<String, String> wanted) {
    for (Map.Entry<String, String> each : wanted.entrySet()) {
      if (!each.getValue().equals(labels.get(each.getKey()))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return fleet
        + (sites.isEmpty() ? "" : " sites " + new TreeSet<>(sites))
        + (labels.isEmpty() ? "" : " " + new java.util.TreeMap<>(labels));
  }
}
