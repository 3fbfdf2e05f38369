package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// A release the hub holds.
///
/// @param needs what has to be live on a device first, like `people-embedding >= 1.4.0`
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
    String pushedBy,
    List<String> needs) {
  public ReleaseRow {
    fleets = List.copyOf(fleets);
    needs = List.copyOf(needs);
  }
}
