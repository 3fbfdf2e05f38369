package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An application of a fleet.
///
/// @param version that its fleet is to have; null: none
/// @param policies how many sync policies it has
/// @param counts of the devices whose documents select it
/// @param observedGeneration the generation when nobody who is online waits, else the one before
/// @param git where it comes from; null: a person has applied it
@Json
public record ApplicationRow(
    String id,
    String name,
    String fleet,
    String displayName,
    Map<String, String> labels,
    @Nullable String version,
    int policies,
    CountsRow counts,
    long generation,
    long observedGeneration,
    long changedMillis,
    String changedBy,
    @Nullable GitRow git) {
  public ApplicationRow {
    labels = Map.copyOf(labels);
  }
}
