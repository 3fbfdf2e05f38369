package dev.tombolo.hub.join;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// Which slot a device takes that a token has let in.
public final class SlotChoice {
  /// Name of a slot the hub makes when a site has no free one: `device-1`, `device-2`, ...
  private static final String MADE_PREFIX = "device-";

  private SlotChoice() {}

  /// The slot, or why there is none.
  public sealed interface Choice {
    /// @param isNew the slot must be made first
    /// @param displaced who holds it now and loses it
    record Taken(SlotRef slot, boolean isNew, Optional<DeviceId> displaced) implements Choice {}

    record Refused(Reason reason) implements Choice {}
  }

  /// The site whose slots [#choose] must be given: the token's own, or its fleet's only one.
  public static Optional<Name> siteOf(JoinTokenRecord token, SortedSet<Name> sitesOfFleet) {
    if (token.site() != null) {
      return Optional.of(token.site());
    }
    return sitesOfFleet.size() == 1 ? Optional.of(sitesOfFleet.first()) : Optional.empty();
  }

  /// Says why a token that names only its fleet cannot place a device.
  public static Reason noSite(JoinTokenRecord token, int sitesOfFleet) {
    return new Reason.Conflict(
        "token " + token.id(),
        "it names only fleet "
            + token.fleet()
            + ", which has "
            + sitesOfFleet
            + " sites; make a token for one site");
  }

  /// @param device the one that asks; it keeps a fitting slot it already holds
  /// @param slots every slot of the site and its active device
  public static Choice choose(
      JoinTokenRecord token,
      DeviceId device,
      Name site,
      SortedMap<Name, Optional<DeviceId>> slots) {
    return token.slot() == null
        ? anyOf(device, site, slots)
        : bound(token, device, new SlotRef(site, token.slot()), slots.get(token.slot()));
  }

  private static Choice bound(
      JoinTokenRecord token, DeviceId device, SlotRef slot, @Nullable Optional<DeviceId> holder) {
    if (holder == null) {
      return new Choice.Taken(slot, true, Optional.empty());
    }
    Optional<DeviceId> other = holder.filter(held -> !held.equals(device));
    // A token made while the slot was held is meant to replace that device, and only that one.
    if (other.isPresent() && !other.get().equals(token.replaces())) {
      return new Choice.Refused(new Reason.SlotTaken(slot.toString(), other.get().text()));
    }
    return new Choice.Taken(slot, false, other);
  }

  private static Choice anyOf(
      DeviceId device, Name site, SortedMap<Name, Optional<DeviceId>> slots) {
    Name free = null;
    for (Map.Entry<Name, Optional<DeviceId>> slot : slots.entrySet()) {
      if (slot.getValue().filter(device::equals).isPresent()) {
        return new Choice.Taken(new SlotRef(site, slot.getKey()), false, Optional.empty());
      }
      if (free == null && slot.getValue().isEmpty()) {
        free = slot.getKey();
      }
    }
    if (free != null) {
      return new Choice.Taken(new SlotRef(site, free), false, Optional.empty());
    }
    int number = 1;
    while (slots.containsKey(new Name(MADE_PREFIX + number))) {
      number++;
    }
    return new Choice.Taken(
        new SlotRef(site, new Name(MADE_PREFIX + number)), true, Optional.empty());
  }
}
