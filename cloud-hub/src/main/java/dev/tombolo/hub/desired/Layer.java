package dev.tombolo.hub.desired;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.util.Map;

/// What one level (application, fleet, site, slot) says. The narrower a layer the more it counts.
///
/// @param choices the release chosen for each application
/// @param parameters application -> parameter -> value
public record Layer(Map<Name, Choice> choices, Map<Name, Map<String, String>> parameters) {

  /// A release, chosen.
  public record Choice(Digest release, String version) {}
}
