package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/apply`: all of the objects or none.
@Json
public record ApplyAsk(
    List<ObjectBody> objects,
    boolean dryRun,
    @Nullable String typedName,
    @Nullable PruneBody prune) {
  public ApplyAsk {
    objects = List.copyOf(objects);
  }

  public ApplyAsk(List<ObjectBody> objects, boolean dryRun, @Nullable String typedName) {
    this(objects, dryRun, typedName, null);
  }
}
