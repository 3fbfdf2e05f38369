package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which hub this is.
///
/// @param root SHA-256 of its CA's SubjectPublicKeyInfo
/// @param publisherRoot digest of publisher root version 1; null before any is trusted
/// @param endpoints `host:port` of its edge port
@Json
public record HubVersion(
    String version,
    String history,
    long epoch,
    String root,
    @Nullable String publisherRoot,
    List<String> endpoints) {
  public HubVersion {
    endpoints = List.copyOf(endpoints);
  }
}
