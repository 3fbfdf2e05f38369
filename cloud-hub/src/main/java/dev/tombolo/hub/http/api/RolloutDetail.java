package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// A rollout with what happened and whom it is about.
///
/// @param events newest first
/// @param failed some that failed, and why
/// @param outstanding some with a permit that may be in use
@Json
public record RolloutDetail(
    RolloutRow rollout,
    List<AuditRow> events,
    List<RolloutDeviceRow> failed,
    List<RolloutDeviceRow> outstanding) {
  public RolloutDetail {
    events = List.copyOf(events);
    failed = List.copyOf(failed);
    outstanding = List.copyOf(outstanding);
  }
}
