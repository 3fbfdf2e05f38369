package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads what publishers have signed.
final class ReleaseManifests {
  private ReleaseManifests() {}

  /// @param release that the hub has taken
  static ReleaseManifest of(HubViews views, Digest release) {
    try {
      String text = views.releaseEnvelope(release).orElseThrow();
      Envelope envelope = Json.read(Envelope.class, text, Limits.SECTION_BYTES_MAX);
      return Json.read(
          ReleaseManifest.class,
          new String(Base64.getDecoder().decode(envelope.payload()), StandardCharsets.UTF_8),
          Limits.SECTION_BYTES_MAX);
    } catch (MalformedException e) {
      throw new IllegalStateException("a release that was taken does not read", e);
    }
  }

  /// What counts for each parameter that nobody gives; where variants differ, all of them.
  static SortedMap<String, String> defaults(ReleaseManifest manifest) {
    SortedMap<String, String> defaults = new TreeMap<>();
    for (Variant variant : manifest.variants()) {
      for (Variant.Parameter parameter : variant.parameters()) {
        String fallback = parameter.fallback();
        if (fallback != null) {
          defaults.merge(
              parameter.name(),
              fallback,
              (one, other) -> one.equals(other) ? one : one + " or " + other);
        }
      }
    }
    return defaults;
  }
}
