package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.sign.Envelope;
import java.util.List;

/// The chain of publisher roots, oldest first. The first is the one whose digest the join token
/// pins; each later one is signed by a threshold of its predecessor's keys and of its own.
public record TrustSection(List<Envelope> publisherRoots) {
  public TrustSection {
    publisherRoots = List.copyOf(publisherRoots);
  }
}
