package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The only time a join token's text is shown.
///
/// @param endpoints `host:port` where the device reaches the hub, best first
/// @param root SHA-256 of the key of the hub's CA root, hex
@Json
public record TokenShown(
    String token,
    String id,
    String fleet,
    @Nullable String site,
    @Nullable String slot,
    int uses,
    long expiresMillis,
    List<String> endpoints,
    String root) {
  public TokenShown {
    endpoints = List.copyOf(endpoints);
  }
}
