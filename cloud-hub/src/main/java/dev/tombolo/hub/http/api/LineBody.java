package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// How devices may use their site's line.
@Json
public record LineBody(List<LimitBody> bandwidth) {
  public LineBody {
    bandwidth = List.copyOf(bandwidth);
  }
}
