package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.util.List;

/// The devices of the site that share what they fetch, the device itself among them. Their order is
/// the hub's suggestion who goes to the hub first. A section that is missing, or an agent that does
/// not know it, means that everything comes from the hub.
public record PeersSection(List<Peer> peers) {
  public PeersSection {
    peers = List.copyOf(peers);
  }

  /// @param keys SHA-256 of the SubjectPublicKeyInfo DER it may show: the present one's, and the
  ///   next one's while its certificate is being renewed
  /// @param addresses see [LanAddress]
  public record Peer(DeviceId device, Name slot, List<Digest> keys, List<String> addresses) {
    public Peer {
      keys = List.copyOf(keys);
      addresses = List.copyOf(addresses);
    }
  }
}
