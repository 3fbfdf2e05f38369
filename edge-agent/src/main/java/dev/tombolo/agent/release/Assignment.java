package dev.tombolo.agent.release;

import dev.tombolo.protocol.id.Digest;
import java.util.Map;

/// A release together with the values of its parameters, as a desired document selects them. The
/// same release with other values is another assignment: it has to prove itself anew.
public record Assignment(Digest release, String version, Map<String, String> parameters) {
  public Assignment {
    parameters = Map.copyOf(parameters);
  }
}
