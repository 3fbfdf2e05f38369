package dev.tombolo.agent.https;

import java.net.InetSocketAddress;
import java.util.Optional;

/// @param hub base URL of the enrolled hub, `https://host:port`; nothing else is ever fetched from
/// @param bytesPerSecondMax 0 for no bound
/// @param stallMillis a line that gives no byte for so long has stopped
public record FetchSettings(
    String hub, long bytesPerSecondMax, int stallMillis, Optional<InetSocketAddress> proxy) {
  public static FetchSettings of(String hub) {
    return new FetchSettings(hub, 0, HubConnection.STALL_MILLIS, Optional.empty());
  }
}
