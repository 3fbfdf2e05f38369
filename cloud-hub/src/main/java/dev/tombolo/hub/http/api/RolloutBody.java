package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a Rollout of `apply` is to do.
///
/// @param lifeMillis a deadline that is so long after the beginning; null where it is a time, or
///   none
@Json
public record RolloutBody(RolloutAsk what, @Nullable Long lifeMillis) {
  public RolloutBody {
    Objects.requireNonNull(what, "what is missing");
  }
}
