package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;

/// Everything about one device.
///
/// @param standingReason empty while it is active
/// @param revision of the newest desired document made for it; 0 before the first
/// @param heldRevision of the newest it is known to hold
/// @param reasons in words, of the device as a whole
/// @param stateMillis when it last reported its state; 0 before the first
@Json
public record DeviceDetail(
    DeviceRow device,
    String standingReason,
    long enrolledMillis,
    Map<String, String> facts,
    long revision,
    long heldRevision,
    List<String> reasons,
    long stateMillis,
    long certificateEndsMillis) {
  public DeviceDetail {
    facts = Map.copyOf(facts);
    reasons = List.copyOf(reasons);
  }
}
