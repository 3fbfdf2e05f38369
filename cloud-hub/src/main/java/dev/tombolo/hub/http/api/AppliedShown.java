package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answer to `POST /api/v1/apply`.
///
/// @param changes a line each: `site store-117 created`
/// @param devices told by a dry run, and where overrides or templates made the hub look; else null
/// @param rollouts that a dry run would begin
/// @param warnings what does not work as it is written, and did not before
@Json
public record AppliedShown(
    List<String> changes,
    List<ObjectChangeRow> objects,
    @Nullable ReachRow devices,
    List<RolloutPlannedRow> rollouts,
    List<String> warnings) {
  public AppliedShown {
    changes = List.copyOf(changes);
    objects = List.copyOf(objects);
    rollouts = List.copyOf(rollouts);
    warnings = List.copyOf(warnings);
  }
}
