package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Whom a wave takes. Devices named by label or list belong to the first wave that names them; the
/// counted waves share the others, one device of each site before the second of any.
public sealed interface Pick {
  /// `5`, `10%`, `@tier=pilot`, `shop-1/till-1+shop-2/till-1` or `rest`.
  default String words() {
    return switch (this) {
      case Count it -> Integer.toString(it.devices());
      case Percent it -> it.percent() + "%";
      case Labelled it -> {
        List<String> labels = new ArrayList<>();
        new TreeMap<>(it.labels()).forEach((key, value) -> labels.add(key + "=" + value));
        yield "@" + String.join("&", labels);
      }
      case Listed it ->
          String.join("+", new TreeSet<>(it.slots()).stream().map(SlotRef::toString).toList());
      case Rest _ -> "rest";
    };
  }

  record Count(int devices) implements Pick {}

  /// Of all devices of the rollout, rounded up.
  record Percent(int percent) implements Pick {}

  record Labelled(Map<String, String> labels) implements Pick {
    public Labelled {
      labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }
  }

  record Listed(Set<SlotRef> slots) implements Pick {
    public Listed {
      slots = Collections.unmodifiableSet(new LinkedHashSet<>(slots));
    }
  }

  /// Everybody left. The last wave of every rollout.
  record Rest() implements Pick {}
}
