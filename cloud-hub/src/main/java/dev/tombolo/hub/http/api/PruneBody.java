package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// What goes that is not among the objects of an `apply`.
///
/// @param kinds of `Fleet`, `Site`, `DeviceSlot`, `Application`
@Json
public record PruneBody(List<String> fleets, List<String> kinds) {
  public PruneBody {
    fleets = List.copyOf(fleets);
    kinds = List.copyOf(kinds);
  }
}
