package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Digest;

/// What a rollout selects for one device.
public sealed interface Choice {

  /// Nothing: what is below counts.
  record None() implements Choice {}

  /// The release, to be fetched, and switched to only by a permit.
  ///
  /// @param grantedMillis when the permit begins; 0: there is none yet
  record Gated(
      RolloutId rollout,
      int wave,
      Digest release,
      String version,
      long grantedMillis,
      long notAfterMillis)
      implements Choice {
    public boolean hasPermit() {
      return grantedMillis > 0;
    }
  }

  /// A release without a gate: the rollout's own, or what the device had before.
  record Free(Digest release, String version) implements Choice {}
}
