package dev.tombolo.hub.join;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;

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

  /// For a token that names its slot.
  ///
  /// @param device the one that asks
  /// @param exists whether the slot has been made
  /// @param holder who holds it now
  public static Choice bound(
      JoinTokenRecord token,
      DeviceId device,
      SlotRef slot,
      boolean exists,
      Optional<DeviceId> holder) {
    Optional<DeviceId> other = holder.filter(held -> !held.equals(device));
    // A token made while the slot was held is meant to replace that device, and only that one.
    if (other.isPresent() && !other.get().equals(token.replaces())) {
      return new Choice.Refused(new Reason.SlotTaken(slot.toString(), other.get().text()));
    }
    // The one to be replaced goes for ever, also when it was only put out in the meantime.
    Optional<DeviceId> replaced =
        Optional.ofNullable(token.replaces()).filter(old -> !old.equals(device));
    return new Choice.Taken(slot, !exists, replaced);
  }

  /// For a token that names only a site: the slot there that the device has already, else the first
  /// free one, else a new one.
  ///
  /// @param made the highest N of the site's slots called `device-N`; 0 when there is none
  public static Choice.Taken any(Name site, Optional<Name> held, Optional<Name> free, int made) {
    return held.or(() -> free)
        .map(slot -> new Choice.Taken(new SlotRef(site, slot), false, Optional.empty()))
        .orElseGet(
            () ->
                new Choice.Taken(
                    new SlotRef(site, new Name(MADE_PREFIX + (made + 1))), true, Optional.empty()));
  }

  /// The N of a slot called `device-N`; 0 for any other.
  public static int madeNumberOf(Name slot) {
    String text = slot.text();
    if (!text.startsWith(MADE_PREFIX) || text.length() > MADE_PREFIX.length() + 9) {
      return 0;
    }
    try {
      return Math.max(0, Integer.parseInt(text.substring(MADE_PREFIX.length())));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
