package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Map;

/// A fleet in a list.
///
/// @param guarded it is `protected`
@Json
public record FleetRow(
    String id,
    String name,
    String displayName,
    Map<String, String> labels,
    boolean guarded,
    int sites,
    int devices,
    long generation,
    long changedMillis,
    String changedBy) {
  public FleetRow {
    labels = Map.copyOf(labels);
  }
}
