package dev.tombolo.hub.desired;

import dev.tombolo.protocol.id.Name;
import java.util.List;
import java.util.Map;

/// Everything that bears on what one slot's device should run.
///
/// @param layers broadest first
/// @param policies of those applications that have some
public record SlotSettings(PlaceFacts place, List<Layer> layers, Map<Name, Policies> policies) {
  public SlotSettings {
    layers = List.copyOf(layers);
  }

  /// The sync policies of one application, and who gave them.
  ///
  /// @param given by [SyncPolicy#key]
  /// @param whole who changed the application last
  public record Policies(
      String object, List<SyncPolicy> policies, Map<String, Given> given, Given whole) {
    public Policies {
      policies = List.copyOf(policies);
    }
  }
}
