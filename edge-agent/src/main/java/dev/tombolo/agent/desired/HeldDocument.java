package dev.tombolo.agent.desired;

import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.Envelope;

/// A desired document whose signature has been checked.
///
/// @param digest of the manifest's payload bytes
public record HeldDocument(Envelope envelope, DesiredManifest manifest, Digest digest) {

  /// True when this document is of a later life of the hub, or of the same and a higher revision.
  public boolean isNewerThan(HeldDocument other) {
    long epoch = manifest.history().epoch();
    long otherEpoch = other.manifest.history().epoch();
    return epoch > otherEpoch || (epoch == otherEpoch && manifest.revision() > other.revision());
  }

  public long revision() {
    return manifest.revision();
  }
}
