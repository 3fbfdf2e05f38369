package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Digest;
import java.util.List;

/// What a device has of releases, as it last reported.
///
/// @param releases live or kept to fall back on, of all its applications
/// @param runsIt the release that was asked about is live
public record Held(List<Digest> releases, boolean runsIt) {
  public Held {
    releases = List.copyOf(releases);
  }
}
