package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A fleet in a list.
///
/// @param guarded it is `protected`
/// @param observedGeneration the generation when nobody who is online waits, else the one before
/// @param times of sites that have none of a kind of their own
/// @param line of sites that have no rules of their own; null: nothing is said
@Json
public record FleetRow(
    String id,
    String name,
    String displayName,
    Map<String, String> labels,
    boolean guarded,
    SiteTimesBody times,
    @Nullable LineBody line,
    int sites,
    int devices,
    CountsRow counts,
    long generation,
    long observedGeneration,
    long changedMillis,
    String changedBy) {
  public FleetRow {
    labels = Map.copyOf(labels);
  }
}
