package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where every value of a device comes from.
///
/// @param device null when nobody holds the slot
/// @param troubles what is left out on it, and why
@Json
public record Explanation(
    @Nullable String device,
    String slot,
    String fleet,
    Map<String, String> labels,
    List<ExplainedValue> values,
    List<String> troubles) {
  public Explanation {
    labels = Map.copyOf(labels);
    values = List.copyOf(values);
    troubles = List.copyOf(troubles);
  }
}
