package dev.tombolo.hub.desired;

import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one slot's device should run, and where each value of it comes from.
///
/// @param applications by name
/// @param troubles what could not be done as it was written
public record Resolved(List<Application> applications, List<Trouble> troubles) {

  /// One that the device should run.
  ///
  /// @param releases what chose a release, broadest layer first; the last one counts
  public record Application(Name name, List<Chosen> releases, SortedMap<String, Trail> parameters) {
    public Layer.Choice release() {
      return releases.getLast().choice();
    }

    /// What the device is given.
    public Map<String, String> values() {
      Map<String, String> values = new TreeMap<>();
      parameters.forEach(
          (name, trail) -> {
            if (trail.value() != null) {
              values.put(name, trail.value());
            }
          });
      return values;
    }
  }

  /// A release, and the layer that chose it.
  public record Chosen(LayerKind layer, String object, Layer.Choice choice) {}

  /// Where a parameter's value comes from.
  ///
  /// @param links broadest layer first; the last one counts
  /// @param value what the device is given, templates filled; null when it is given none
  public record Trail(List<Link> links, @Nullable String value) {}

  /// What one layer says of a parameter.
  ///
  /// @param text as it was written; null when the layer takes the parameter away
  public record Link(
      LayerKind layer, String object, String detail, @Nullable String text, Given given) {}

  public WorkloadsSection section() {
    List<Selection> selections = new ArrayList<>(applications.size());
    for (Application application : applications) {
      Layer.Choice choice = application.release();
      selections.add(
          new Selection(
              application.name(),
              choice.release(),
              choice.version(),
              application.values(),
              choice.gate()));
    }
    return new WorkloadsSection(selections);
  }
}
