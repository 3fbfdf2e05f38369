package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One slot, and how far its device is.
///
/// @param slot `SITE/SLOT`
/// @param device null while none holds it
/// @param counts of that device
/// @param observedGeneration the generation when it is not online and waiting, else the one before
@Json
public record SlotShown(
    String id,
    String slot,
    String fleet,
    String displayName,
    Map<String, String> labels,
    @Nullable String device,
    CountsRow counts,
    long generation,
    long observedGeneration,
    long changedMillis,
    String changedBy) {
  public SlotShown {
    labels = Map.copyOf(labels);
  }
}
