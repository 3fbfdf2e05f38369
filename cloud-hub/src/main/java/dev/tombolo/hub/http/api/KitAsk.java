package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// Body of `POST /api/v1/kits`.
///
/// @param slots SITE/SLOT; none: all of the site that have a device
/// @param forPassphrase for the audit
@Json
public record KitAsk(String site, List<String> slots, boolean forPassphrase) {
  public KitAsk {
    slots = slots == null ? List.of() : List.copyOf(slots);
  }
}
