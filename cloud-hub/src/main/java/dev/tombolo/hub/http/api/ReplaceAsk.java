package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/replacements`: a token that takes over a slot; answered by [TokenShown].
///
/// @param slot `SITE/SLOT`
/// @param endpoints as in [TokenAsk]
@Json
public record ReplaceAsk(
    String slot, long lifeSeconds, @Nullable List<String> endpoints, @Nullable String typedName) {
  public ReplaceAsk {
    endpoints = endpoints == null ? List.of() : List.copyOf(endpoints);
  }

  /// Never null.
  @Override
  public List<String> endpoints() {
    return endpoints == null ? List.of() : endpoints;
  }
}
