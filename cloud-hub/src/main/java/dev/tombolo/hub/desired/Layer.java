package dev.tombolo.hub.desired;

import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one level says of a slot. The narrower a layer the more it counts.
///
/// @param object whose settings these are, like `site store-117`
/// @param choices the release chosen for each application
/// @param parameters application -> parameter -> value as it was written, templates unfilled
/// @param given who gave each parameter, by [#key]
/// @param line how the site's line may be used; only a fleet and a site say so
/// @param whole who changed the object last: for parameters that `given` does not know
public record Layer(
    LayerKind kind,
    String object,
    Map<Name, Choice> choices,
    Map<Name, Map<String, String>> parameters,
    Map<String, Given> given,
    Given whole,
    Optional<LineRules> line) {

  /// That says nothing of the line.
  public Layer(
      LayerKind kind,
      String object,
      Map<Name, Choice> choices,
      Map<Name, Map<String, String>> parameters,
      Map<String, Given> given,
      Given whole) {
    this(kind, object, choices, parameters, given, whole, Optional.empty());
  }

  /// A release, chosen.
  ///
  /// @param object who chose it, where that is not the layer's own object; else empty
  /// @param gate holds it back; null: nothing does
  public record Choice(
      Digest release, String version, String object, Given given, @Nullable Gate gate) {
    public Choice(Digest release, String version, String object, Given given) {
      this(release, version, object, given, null);
    }
  }

  /// The object without the word for what it is: `store-117`.
  public String name() {
    return object.substring(object.indexOf(' ') + 1);
  }

  /// How a parameter is called among what was given.
  public static String key(Name application, String parameter) {
    return application + "/" + parameter;
  }

  Given givenFor(Name application, String parameter) {
    return given.getOrDefault(key(application, parameter), whole);
  }
}
