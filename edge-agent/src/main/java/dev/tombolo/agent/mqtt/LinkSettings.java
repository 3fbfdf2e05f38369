package dev.tombolo.agent.mqtt;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/// How the agent treats its line.
///
/// @param keepAlive told to the hub; a line without one byte from it for twice as long is dead
/// @param stall how long one read may take until the line is open
/// @param proxy an HTTP proxy to go through, unresolved
public record LinkSettings(Duration keepAlive, Duration stall, Optional<InetSocketAddress> proxy) {
  public static final LinkSettings USUAL =
      new LinkSettings(Duration.ofSeconds(15), Duration.ofSeconds(30), Optional.empty());

  public LinkSettings withProxy(InetSocketAddress address) {
    return new LinkSettings(keepAlive, stall, Optional.of(address));
  }
}
