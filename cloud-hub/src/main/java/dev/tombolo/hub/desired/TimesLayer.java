package dev.tombolo.hub.desired;

import java.util.Map;

/// What a fleet or a site says of when its devices may download and switch.
///
/// @param object as people write it, `site store-117`
/// @param given who gave which kind of times, as [SiteTimes#KINDS] calls it
/// @param whole who gave the others
public record TimesLayer(
    LayerKind kind, String object, SiteTimes times, Map<String, Given> given, Given whole) {
  public Given given(String kind) {
    return given.getOrDefault(kind, whole);
  }
}
