package dev.tombolo.hub.desired;

import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Lays layers over each other.
public final class Selections {
  private Selections() {}

  /// @param layers broadest first
  public static WorkloadsSection of(List<Layer> layers) {
    TreeMap<Name, Layer.Choice> choices = new TreeMap<>();
    for (Layer layer : layers) {
      choices.putAll(layer.choices());
    }
    List<Selection> selections = new ArrayList<>(choices.size());
    choices.forEach(
        (name, choice) ->
            selections.add(
                new Selection(
                    name,
                    choice.release(),
                    choice.version(),
                    merged(name, layers),
                    choice.gate())));
    return new WorkloadsSection(selections);
  }

  private static Map<String, String> merged(Name application, List<Layer> layers) {
    TreeMap<String, String> values = new TreeMap<>();
    for (Layer layer : layers) {
      values.putAll(layer.parameters().getOrDefault(application, Map.of()));
    }
    return values;
  }
}
