package dev.tombolo.hub.http;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import java.util.List;

/// What join tokens and operators are told of this hub.
///
/// @param root SHA-256 of its CA root's SubjectPublicKeyInfo
/// @param endpoints `host:port` of the edge port, best first
public record HubIdentity(String version, History history, Digest root, List<String> endpoints) {
  public HubIdentity {
    endpoints = List.copyOf(endpoints);
  }
}
