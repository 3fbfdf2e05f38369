package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// A release the hub holds.
@Json
public record ReleaseRow(
    String name,
    String version,
    String digest,
    String kind,
    List<String> fleets,
    int files,
    long bytes,
    long securityFloor,
    long pushedMillis,
    String pushedBy) {
  public ReleaseRow {
    fleets = List.copyOf(fleets);
  }
}
