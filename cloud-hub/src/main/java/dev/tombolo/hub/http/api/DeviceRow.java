package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// A device in a list.
///
/// @param standing `active`, `quarantined`, `waiting` or `revoked`
/// @param seenMillis 0 when it never connected
@Json
public record DeviceRow(
    String device,
    String slot,
    String fleet,
    String standing,
    boolean online,
    long seenMillis,
    String agentVersion,
    List<ApplicationState> applications) {
  public DeviceRow {
    applications = List.copyOf(applications);
  }
}
