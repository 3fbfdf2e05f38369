package dev.tombolo.hub.desired;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.reason.Reason;
import org.jspecify.annotations.Nullable;

/// The bounds that keep every section, and a packet with it alone, small enough for the wire.
/// Checked where settings come in, so that no document can ever be too large to send.
public final class SectionBounds {
  /// Applications at one place, so that the manifest stays within [Limits#MANIFEST_BYTES_MAX] and
  /// [Limits#SECTIONS_MAX].
  public static final int APPLICATIONS_MAX = 32;

  /// Parameters of one fleet, site or slot, names and values, as JSON.
  public static final int PARAMETERS_BYTES_MAX = 16 * 1024;

  /// Parameters of one application in a fleet.
  public static final int APPLICATION_PARAMETERS_BYTES_MAX = 1024;

  /// Names and values of all parameters of one device, three bytes a character. Beyond it values
  /// from templates and overrides are left out.
  public static final int DEVICE_PARAMETERS_BYTES_MAX = 96 * 1024;

  /// Sync policies of one application in a fleet, in words.
  public static final int POLICIES_CHARS_MAX = 32 * 1024;

  /// A section escaped into a packet of its own, with manifest and certificate beside it.
  private static final int WIRE_BYTES_MAX = Limits.PACKET_BYTES_MAX - 40 * 1024;

  private SectionBounds() {}

  /// Null when it fits.
  public static @Nullable Reason check(RenderedSection section) {
    String what = "bytes of section " + section.section().name();
    if (section.textBytes() > Limits.SECTION_BYTES_MAX) {
      return new Reason.LimitExceeded(what, Limits.SECTION_BYTES_MAX, section.textBytes());
    }
    if (section.wireBytes() > WIRE_BYTES_MAX) {
      return new Reason.LimitExceeded(what + " in a packet", WIRE_BYTES_MAX, section.wireBytes());
    }
    return null;
  }
}
