package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.Variant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A device's files: whole ones, partial ones, release folders and `current` links. Content is only
/// right or wrong; of a partial file also how much of it is synced.
final class FileStore {
  final Map<Digest, Boolean> whole = new LinkedHashMap<>();
  final Map<Digest, Partial> partial = new HashMap<>();
  final Set<Digest> staged = new HashSet<>();
  final TreeMap<Name, Digest> current = new TreeMap<>();

  /// @param isRight false once a byte of it is wrong
  record Partial(long bytes, long syncedBytes, boolean isRight) {}

  /// Another disk with the same files.
  void copyFrom(FileStore other) {
    whole.putAll(other.whole);
    partial.putAll(other.partial);
    staged.addAll(other.staged);
    current.putAll(other.current);
  }

  Partial partialOf(Digest file) {
    return partial.getOrDefault(file, new Partial(0, 0, true));
  }

  /// So many bytes of each are here; what is not here is left out.
  Map<Digest, Long> bytes(List<Variant.File> wanted) {
    Map<Digest, Long> bytes = new HashMap<>();
    for (Variant.File file : wanted) {
      long here = bytes(file);
      if (here > 0) {
        bytes.put(file.digest(), here);
      }
    }
    return bytes;
  }

  long bytes(Variant.File file) {
    return whole.containsKey(file.digest()) ? file.size() : partialOf(file.digest()).bytes();
  }

  boolean isRight(Digest file) {
    return whole.getOrDefault(file, false);
  }

  /// What was not synced is gone, or torn.
  void losePower(boolean isTorn) {
    partial.replaceAll(
        (file, part) ->
            part.bytes() == part.syncedBytes()
                ? part
                : isTorn
                    ? new Partial(part.bytes(), part.bytes(), false)
                    : new Partial(part.syncedBytes(), part.syncedBytes(), part.isRight()));
  }

  /// Removes the links of applications that are not named, and what is in neither set; what a link
  /// points to stays.
  void sweep(AgentEffect.Sweep asked) {
    current.keySet().retainAll(asked.applications());
    staged.removeIf(it -> !asked.releases().contains(it) && !current.containsValue(it));
    whole.keySet().retainAll(asked.files());
    partial.keySet().retainAll(asked.files());
  }
}
