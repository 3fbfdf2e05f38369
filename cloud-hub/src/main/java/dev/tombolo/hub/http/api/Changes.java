package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// What a command changed, a line each: `site store-117 created`.
@Json
public record Changes(List<String> changes) {
  public Changes {
    changes = List.copyOf(changes);
  }
}
