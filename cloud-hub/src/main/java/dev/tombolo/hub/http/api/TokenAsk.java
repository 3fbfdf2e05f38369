package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/tokens`.
///
/// @param slot `SITE/SLOT`; then `uses` is 1
/// @param endpoints `host:port` where these devices reach the hub; empty or absent means the hub's
///   own
/// @param typedName the fleet's name, where it is protected
@Json
public record TokenAsk(
    String fleet,
    @Nullable String site,
    @Nullable String slot,
    int uses,
    long lifeSeconds,
    @Nullable List<String> endpoints,
    @Nullable String typedName) {
  public TokenAsk {
    endpoints = endpoints == null ? List.of() : List.copyOf(endpoints);
  }

  /// Never null.
  @Override
  public List<String> endpoints() {
    return endpoints == null ? List.of() : endpoints;
  }
}
