package dev.tombolo.hub.join;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import org.jspecify.annotations.Nullable;

/// A join token as the hub keeps it: everything but the secret.
///
/// @param slot set only together with `site`; such a token has one use
/// @param replaces the device that held the slot when the token was made; the new one takes over
///   from it and from no other
public record JoinTokenRecord(
    String id,
    Digest secretHash,
    Name fleet,
    @Nullable Name site,
    @Nullable Name slot,
    @Nullable DeviceId replaces,
    int uses,
    long createdMillis,
    String createdBy,
    long expiresMillis,
    @Nullable Long revokedMillis) {

  public JoinTokenRecord revoked(long nowMillis) {
    return new JoinTokenRecord(
        id,
        secretHash,
        fleet,
        site,
        slot,
        replaces,
        uses,
        createdMillis,
        createdBy,
        expiresMillis,
        nowMillis);
  }
}
