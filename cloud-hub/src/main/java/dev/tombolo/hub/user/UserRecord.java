package dev.tombolo.hub.user;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import org.jspecify.annotations.Nullable;

/// A person with a token for the admin API. Never deleted, so that the audit keeps its names.
///
/// @param tokenHash SHA-256 of the token's text; the token itself is nowhere kept
public record UserRecord(
    Name name,
    Digest tokenHash,
    long createdMillis,
    String createdBy,
    @Nullable Long revokedMillis) {

  public UserRecord revoked(long nowMillis) {
    return new UserRecord(name, tokenHash, createdMillis, createdBy, nowMillis);
  }
}
