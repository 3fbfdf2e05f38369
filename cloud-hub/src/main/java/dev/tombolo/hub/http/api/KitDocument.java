package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// One device's document within [KitMade].
///
/// @param envelope JSON of the signed manifest
/// @param certificates PEM, of the device's present key and of its next
@Json
public record KitDocument(
    String slot,
    String device,
    long revision,
    long issuedMillis,
    String envelope,
    List<String> certificates) {
  public KitDocument {
    certificates = List.copyOf(certificates);
  }
}
