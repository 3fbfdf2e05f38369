package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A kit's file, as `tombolo kit` tells of it.
///
/// @param sealedTo `devices` or `passphrase`
/// @param bytes of the file
/// @param whole it is as long as it should be
/// @param otherBytes documents, and files that are in it as they are
@Json
public record KitWritten(
    String file,
    String kit,
    long createdMillis,
    long epoch,
    String history,
    String fleet,
    String site,
    String sealedTo,
    long bytes,
    boolean whole,
    List<Slot> slots,
    List<Bundle> bundles,
    long otherBytes) {
  public KitWritten {
    slots = List.copyOf(slots);
    bundles = List.copyOf(bundles);
  }

  /// What changes one release to another.
  ///
  /// @param plainBytes of what it makes
  /// @param target digest of the release
  /// @param base digest of the release it needs; null: none
  @Json
  public record Bundle(
      String bundle,
      long bytes,
      long plainBytes,
      String target,
      int variant,
      @Nullable String base) {}

  /// Whose document it has.
  @Json
  public record Slot(String slot, String device, long revision, long issuedMillis) {}
}
