package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// What one variant of a release brings the devices of a kit.
///
/// @param release `NAME@VERSION`
/// @param target hex of the release, a dot, and the variant counted from 0
/// @param bases what those devices run of the application, as far as the hub knows
/// @param fromNothing some device runs nothing that a bundle could build on, or the hub does not
///   know
/// @param files hex of their digests
/// @param bytes of all files
@Json
public record KitChange(
    String release,
    String target,
    List<Base> bases,
    boolean fromNothing,
    List<String> files,
    long bytes) {
  public KitChange {
    bases = List.copyOf(bases);
    files = List.copyOf(files);
  }

  /// @param release `NAME@VERSION`
  /// @param base as `target`
  @Json
  public record Base(String release, String base) {}
}
