package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// A kit's file, as `tombolo kit` tells of it.
///
/// @param sealedTo `devices` or `passphrase`
/// @param bytes of the file
/// @param whole it is as long as it should be
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
    List<Slot> slots) {
  public KitWritten {
    slots = List.copyOf(slots);
  }

  /// Whose document it has.
  @Json
  public record Slot(String slot, String device, long revision, long issuedMillis) {}
}
