package dev.tombolo.agent.release;

import dev.tombolo.protocol.id.DeviceId;

/// What a peer said of one content.
///
/// @param bytes from the beginning that it can give
public record PeerAnswer(DeviceId peer, PeerStanding standing, long bytes) {
  public static PeerAnswer unreachable(DeviceId peer) {
    return new PeerAnswer(peer, PeerStanding.UNREACHABLE, 0);
  }
}
