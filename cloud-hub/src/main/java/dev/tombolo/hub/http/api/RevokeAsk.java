package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/devices/{device}/revoke`.
@Json
public record RevokeAsk(String why, @Nullable String typedName) {
  public RevokeAsk {
    Objects.requireNonNull(why, "why is missing");
  }
}
