package dev.tombolo.protocol.message;

import dev.tombolo.protocol.id.Digest;
import org.jspecify.annotations.Nullable;

/// How a release comes to a device while it is being fetched. What of it has come stands in
/// [ApplicationStatus].
///
/// @param base the release that a bundle builds on
/// @param bytesPerSecond over the last seconds; 0 while nothing comes
public record Transfer(How how, @Nullable Digest base, long bytesPerSecond) {

  /// What is on the line.
  public enum How {
    /// What changed since the base.
    BUNDLE,
    /// Everything, packed.
    FULL_BUNDLE,
    /// File by file.
    FILES,
    /// Nothing yet: the hub is asked which bundle there is.
    ASKING
  }
}
