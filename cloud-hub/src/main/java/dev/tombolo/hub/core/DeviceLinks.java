package dev.tombolo.hub.core;

import dev.tombolo.protocol.token.JoinToken;
import java.util.List;
import java.util.stream.Stream;

/// Where one device is told to connect: the endpoints of its token, by which it has just come. A
/// shop may reach the hub by another way than others do. Links to an external broker stay as
/// configured.
record DeviceLinks(List<String> links, String https) {
  private static final String WEB_SOCKET = "wss://";

  DeviceLinks {
    links = List.copyOf(links);
  }

  static DeviceLinks of(HubSettings settings, JoinToken presented) {
    if (presented.endpoints().isEmpty()) {
      return new DeviceLinks(settings.links(), settings.https());
    }
    boolean byHub = settings.links().stream().anyMatch(link -> link.startsWith(WEB_SOCKET));
    Stream<String> own =
        presented.endpoints().stream()
            .filter(_ -> byHub)
            .map(endpoint -> WEB_SOCKET + endpoint + "/mqtt");
    Stream<String> others = settings.links().stream().filter(link -> !link.startsWith(WEB_SOCKET));
    return new DeviceLinks(
        Stream.concat(own, others).toList(), "https://" + presented.endpoints().getFirst());
  }
}
