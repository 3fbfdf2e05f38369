package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import org.jspecify.annotations.Nullable;

/// A release selected for its application at some place.
public record Assignment(
    Place place, ReleaseRef ref, Digest release, long changedMillis, String changedBy) {

  public Name application() {
    return ref.name();
  }

  /// One that is to be made: newer than all there are.
  static Assignment newest(Place place, ReleaseRef ref, Digest release) {
    return new Assignment(place, ref, release, Long.MAX_VALUE, "");
  }

  /// A fleet, one of its sites, or one slot there; the narrowest place that says something wins.
  ///
  /// @param site null: the whole fleet
  /// @param slot null: the whole site
  public record Place(Name fleet, @Nullable Name site, @Nullable Name slot) {
    @Override
    public String toString() {
      return fleet + (site == null ? "" : "/" + site) + (slot == null ? "" : "/" + slot);
    }
  }
}
