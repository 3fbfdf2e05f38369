package dev.tombolo.hub.desired;

import dev.tombolo.protocol.id.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that bears on what one slot's device should run.
///
/// @param layers broadest first
/// @param policies of those applications that have some
/// @param times broadest first; those that say nothing are left out
public record SlotSettings(
    PlaceFacts place, List<Layer> layers, Map<Name, Policies> policies, List<TimesLayer> times) {
  public SlotSettings {
    layers = List.copyOf(layers);
    times = List.copyOf(times);
  }

  /// Of a place that may do anything at any time.
  public SlotSettings(PlaceFacts place, List<Layer> layers, Map<Name, Policies> policies) {
    this(place, layers, policies, List.of());
  }

  /// With another layer over all.
  public SlotSettings with(Layer layer) {
    List<Layer> all = new ArrayList<>(layers);
    all.add(layer);
    return new SlotSettings(place, all, policies, times);
  }

  /// When the device may download and switch: of each kind the narrowest layer's word.
  public SiteTimes timesInForce() {
    SiteTimes all = SiteTimes.ANY;
    for (TimesLayer layer : times) {
      all = layer.times().over(all);
    }
    return all;
  }

  /// How the device may use its line: the narrowest layer's word.
  public Optional<LineRules> lineInForce() {
    for (Layer layer : layers.reversed()) {
      if (layer.line().isPresent()) {
        return layer.line();
      }
    }
    return Optional.empty();
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
