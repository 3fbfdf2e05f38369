package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A slot in a list.
///
/// @param slot `SITE/SLOT`
/// @param device null while none holds it
@Json
public record SlotRow(
    String id,
    String slot,
    String fleet,
    String displayName,
    Map<String, String> labels,
    @Nullable String device,
    long generation,
    long changedMillis,
    String changedBy) {
  public SlotRow {
    labels = Map.copyOf(labels);
  }
}
