package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.SlotRef;
import java.util.Map;
import java.util.Set;

/// Whom a wave takes. Devices named by label or list belong to the first wave that names them; the
/// counted waves share the others, one device of each site before the second of any.
public sealed interface Pick {

  record Count(int devices) implements Pick {}

  /// Of all devices of the rollout, rounded up.
  record Percent(int percent) implements Pick {}

  record Labelled(Map<String, String> labels) implements Pick {
    public Labelled {
      labels = Map.copyOf(labels);
    }
  }

  record Listed(Set<SlotRef> slots) implements Pick {
    public Listed {
      slots = Set.copyOf(slots);
    }
  }

  /// Everybody left. The last wave of every rollout.
  record Rest() implements Pick {}
}
