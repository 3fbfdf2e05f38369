package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answer of `GET /api/v1/devices/{device}/why`: there is always at least one cause.
///
/// @param device null when nobody holds the slot
@Json
public record WhyAnswer(@Nullable String device, String slot, List<WhyCause> causes) {
  public WhyAnswer {
    causes = List.copyOf(causes);
  }
}
