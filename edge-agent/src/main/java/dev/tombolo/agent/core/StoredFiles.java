package dev.tombolo.agent.core;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Map;

/// What lies in the file store when the agent starts.
public interface StoredFiles {

  /// So many bytes of each are there, whole or in part: a fetch goes on after them. What is not
  /// there, or cannot be looked at, is left out.
  Map<Digest, Long> bytes(List<Variant.File> files);
}
