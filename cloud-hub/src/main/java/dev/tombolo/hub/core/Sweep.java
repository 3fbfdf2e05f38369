package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.DeviceId;
import org.jspecify.annotations.Nullable;

/// How far [Pruning] has looked. Begins anew after a restart.
///
/// @param token the last one looked at; empty at the beginning
/// @param device the last one looked at; null at the beginning
/// @param certificatesMillis when ended certificates were last forgotten
/// @param isMoreLeft the next slice need not wait for a second to pass
record Sweep(String token, @Nullable DeviceId device, long certificatesMillis, boolean isMoreLeft) {
  static final Sweep BEGIN = new Sweep("", null, 0, false);
}
