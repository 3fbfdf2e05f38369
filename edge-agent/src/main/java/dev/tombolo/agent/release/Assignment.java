package dev.tombolo.agent.release;

import dev.tombolo.protocol.id.Digest;
import java.util.Map;

/// A release together with the values of its parameters, as a desired document selects them. The
/// same release with other values, or in another variant, is another assignment: it has to prove
/// itself anew.
///
/// @param variant which of the release's variants was taken, counted from 0
public record Assignment(
    Digest release, String version, Map<String, String> parameters, int variant) {
  /// Of an agent that did not write it down.
  public static final int VARIANT_UNKNOWN = -1;

  public Assignment {
    parameters = Map.copyOf(parameters);
  }

  /// In the first variant.
  public Assignment(Digest release, String version, Map<String, String> parameters) {
    this(release, version, parameters, 0);
  }

  /// The same in another variant of its release: both have one folder.
  public boolean sharesFolder(Assignment other) {
    return release.equals(other.release) && variant != other.variant;
  }
}
