package dev.tombolo.protocol.kit;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The part of a kit that everybody can read. It is bound to the content: a byte of it changed, and
/// the content does not open.
///
/// @param id `kit-` and 16 hex digits, drawn at random
/// @param createdMillis hub wall clock
/// @param history the hub's
/// @param slots whose documents are in it, one each
/// @param locks each holds the kit's key; one of them has to be opened
/// @param contentBytes of all records together
/// @param bundles in the order of their records; they stand for files that are not in it whole
public record KitHeader(
    String id,
    long createdMillis,
    History history,
    Name fleet,
    Name site,
    List<Slot> slots,
    List<KitLock> locks,
    long contentBytes,
    List<Bundle> bundles) {
  public KitHeader {
    slots = List.copyOf(slots);
    locks = List.copyOf(locks);
    bundles = List.copyOf(bundles);
  }

  /// What makes the files of one variant of a release.
  ///
  /// @param bytes of the bundle; `plainBytes` of what it makes
  /// @param variant counted from 0, as in the release
  /// @param base the release whose files it needs; null when it needs none
  public record Bundle(
      Digest bundle,
      long bytes,
      long plainBytes,
      Digest target,
      int variant,
      @Nullable Digest base) {}

  /// With whole files only.
  public KitHeader(
      String id,
      long createdMillis,
      History history,
      Name fleet,
      Name site,
      List<Slot> slots,
      List<KitLock> locks,
      long contentBytes) {
    this(id, createdMillis, history, fleet, site, slots, locks, contentBytes, List.of());
  }

  public long bundleBytes() {
    return bundles.stream().mapToLong(Bundle::bytes).sum();
  }

  /// Whose document it has.
  ///
  /// @param issuedMillis when that revision was made
  public record Slot(Name slot, DeviceId device, long revision, long issuedMillis) {}

  public static boolean isId(String text) {
    if (text.length() != 20 || !text.startsWith("kit-")) {
      return false;
    }
    for (int i = 4; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /// What no kit has.
  ///
  /// @throws KitException naming it
  public void check() throws KitException {
    if (!isId(id)) {
      throw new KitException("its id is not kit- and 16 hex digits");
    }
    if (slots.isEmpty() || slots.size() > KitFormat.DEVICES_MAX) {
      throw new KitException(
          "it is for " + slots.size() + " devices, not for 1 to " + KitFormat.DEVICES_MAX);
    }
    // A device may be about to change its key: then both open it.
    if (locks.isEmpty() || locks.size() > 2 * KitFormat.DEVICES_MAX) {
      throw new KitException("it has " + locks.size() + " locks");
    }
    if (bundles.size() > KitFormat.BUNDLES_MAX) {
      throw new KitException(
          "it has " + bundles.size() + " bundles; the most is " + KitFormat.BUNDLES_MAX);
    }
    for (Bundle bundle : bundles) {
      if (bundle.bytes < 0 || bundle.plainBytes < 0 || bundle.variant < 0) {
        throw new KitException("it has a bundle with less than nothing in it");
      }
    }
    if (contentBytes < 1 || contentBytes > KitFormat.CONTENT_BYTES_MAX) {
      throw new KitException(
          "its content of "
              + contentBytes
              + " bytes is not of 1 to "
              + KitFormat.CONTENT_BYTES_MAX);
    }
  }
}
