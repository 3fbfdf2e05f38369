package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// A wave of a preview.
///
/// @param first a few of its devices, by site and slot
/// @param haveIt already
@Json
public record RolloutPreviewWave(
    String name,
    int devices,
    List<String> first,
    int sites,
    int haveIt,
    long bytes,
    long largestSiteBytes,
    long leastMillis) {
  public RolloutPreviewWave {
    first = List.copyOf(first);
  }
}
