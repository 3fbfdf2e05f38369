package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;

/// What a rollout would do.
///
/// @param bytes over all lines
/// @param leastMillis until the last wave has switched, when every device is reached at once
/// @param siteBytes of the sites that load most, at most 1,000 of them
@Json
public record RolloutPreviewShown(
    List<RolloutPreviewWave> waves,
    int devices,
    int sites,
    long bytes,
    long leastMillis,
    long lineBitsPerSecond,
    Map<String, Long> siteBytes) {
  public RolloutPreviewShown {
    waves = List.copyOf(waves);
    siteBytes = Map.copyOf(siteBytes);
  }
}
