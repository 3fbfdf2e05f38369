package dev.tombolo.hub.desired;

import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one level (application, fleet, site, slot) says. The narrower a layer the more it counts.
///
/// @param choices the release chosen for each application
/// @param parameters application -> parameter -> value
public record Layer(Map<Name, Choice> choices, Map<Name, Map<String, String>> parameters) {

  /// A release, chosen.
  ///
  /// @param gate holds it back; null: nothing does
  public record Choice(Digest release, String version, @Nullable Gate gate) {
    public Choice(Digest release, String version) {
      this(release, version, null);
    }
  }
}
