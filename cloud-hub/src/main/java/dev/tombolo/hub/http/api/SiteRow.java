package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A site in a list.
///
/// @param observedGeneration the generation when nobody who is online waits, else the one before
/// @param line null: as its fleet says
@Json
public record SiteRow(
    String id,
    String name,
    String fleet,
    String displayName,
    Map<String, String> labels,
    String timeZone,
    String region,
    String contact,
    SiteTimesBody times,
    @Nullable LineBody line,
    int slots,
    int devices,
    CountsRow counts,
    long generation,
    long observedGeneration,
    long changedMillis,
    String changedBy) {
  public SiteRow {
    labels = Map.copyOf(labels);
  }
}
