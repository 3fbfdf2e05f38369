package dev.tombolo.hub.core;

import dev.tombolo.protocol.sign.Envelope;

/// Signs desired manifests outside of the loop: only ones that are committed as their device's
/// newest.
@FunctionalInterface
public interface ManifestSigner {
  /// @param manifest the payload's bytes
  Envelope sign(byte[] manifest);
}
