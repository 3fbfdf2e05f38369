package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// Answer to `POST /api/v1/kits`: what a kit is put together from.
///
/// @param documentCertificate PEM
/// @param sections texts, each once
/// @param changes each variant of the releases; files that are in none are needed as they are
@Json
public record KitMade(
    String kit,
    long createdMillis,
    long epoch,
    String history,
    String fleet,
    String site,
    String documentCertificate,
    List<KitDocument> documents,
    List<String> sections,
    List<KitFile> files,
    List<KitChange> changes) {
  public KitMade {
    documents = List.copyOf(documents);
    sections = List.copyOf(sections);
    files = List.copyOf(files);
    changes = changes == null ? List.of() : List.copyOf(changes);
  }
}
