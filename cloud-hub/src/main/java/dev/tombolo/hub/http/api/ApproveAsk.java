package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/devices/{device}/approve`.
///
/// @param slot `SITE/SLOT`; absent: where it stood
@Json
public record ApproveAsk(String why, @Nullable String slot, @Nullable String typedName) {
  public ApproveAsk {
    Objects.requireNonNull(why, "why is missing");
  }
}
