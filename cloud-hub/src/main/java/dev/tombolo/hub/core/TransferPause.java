package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.Comparator;
import java.util.Optional;

/// A person has stopped the downloads of a slot's device, or of all devices of a site, until
/// somebody resumes them.
public record TransferPause(Place place, long sinceMillis, String by, String why) {

  /// @param slot empty: the whole site
  public record Place(Name site, Optional<Name> slot) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::site).thenComparing(it -> it.slot().map(Name::text).orElse(""));

    public static Place of(SlotRef slot) {
      return new Place(slot.site(), Optional.of(slot.slot()));
    }

    public static Place of(Name site) {
      return new Place(site, Optional.empty());
    }

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }

    /// `site store-117`, `slot store-117/counter-1`.
    @Override
    public String toString() {
      return slot.map(it -> "slot " + site + "/" + it).orElse("site " + site);
    }
  }
}
