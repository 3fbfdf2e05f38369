package dev.tombolo.protocol.message;

import org.jspecify.annotations.Nullable;

/// The hub has durably committed every row of the incarnation up to and including `through`. Lower
/// than an earlier one: the hub was restored from a backup that lacks the rows between, which the
/// device sends again as far as it still has them.
///
/// @param hubMillis the hub's wall clock, for the device's time floor
/// @param backedUpThrough a backup of the hub has every row up to and including this one; later
///   rows the device keeps although they are committed. Null where the hub runs without backups:
///   then what is committed may be forgotten
public record Acked(
    String incarnation, long through, long hubMillis, @Nullable Long backedUpThrough) {
  /// Of a hub without backups.
  public Acked(String incarnation, long through, long hubMillis) {
    this(incarnation, through, hubMillis, null);
  }
}
