package dev.tombolo.hub.device;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A piece of hardware with a key. Never deleted: a revoked one is its own tombstone.
///
/// @param key SHA-256 of the SubjectPublicKeyInfo DER it last enrolled or renewed with
/// @param slot the one it holds, or held last when it is no longer [Standing#ACTIVE]
/// @param standingReason why it is not active
/// @param token id of the token it last enrolled with
/// @param facts what it said of itself; for people, never trusted
public record DeviceRecord(
    DeviceId id,
    Digest key,
    SlotRef slot,
    Standing standing,
    @Nullable Reason standingReason,
    long standingSinceMillis,
    long enrolledMillis,
    String token,
    Map<String, String> facts) {
  public DeviceRecord {
    facts = Map.copyOf(facts);
  }

  /// Whether a device may take part.
  public enum Standing {
    ACTIVE,
    /// Two devices seem to use one identity; an operator must look.
    QUARANTINED,
    /// Proved its key, but an operator must let it in again.
    WAITING,
    /// For ever.
    REVOKED
  }

  public boolean isActive() {
    return standing == Standing.ACTIVE;
  }

  /// Why it is not served, by its standing alone; null when it is.
  public @Nullable Reason refusal() {
    return switch (standing) {
      case ACTIVE -> null;
      case REVOKED -> new Reason.DeviceRevoked(id.text());
      case QUARANTINED ->
          standingReason != null ? standingReason : new Reason.DeviceQuarantined(id.text(), "");
      case WAITING ->
          standingReason != null ? standingReason : new Reason.ApprovalNeeded(id.text(), "");
    };
  }

  public DeviceRecord withStanding(Standing next, Reason reason, long nowMillis) {
    return new DeviceRecord(id, key, slot, next, reason, nowMillis, enrolledMillis, token, facts);
  }

  /// An operator let it in again.
  public DeviceRecord approvedFor(SlotRef place, long nowMillis) {
    return new DeviceRecord(
        id, key, place, Standing.ACTIVE, null, nowMillis, enrolledMillis, token, facts);
  }

  public DeviceRecord withKey(Digest next) {
    return new DeviceRecord(
        id,
        next,
        slot,
        standing,
        standingReason,
        standingSinceMillis,
        enrolledMillis,
        token,
        facts);
  }
}
