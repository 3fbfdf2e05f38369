package dev.tombolo.agent.lan;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.desired.LanAddress;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The addresses at which other machines may reach this one.
final class LanAddresses {
  /// Interfaces of container engines and virtual machines: nobody else is there.
  private static final List<String> INNER =
      List.of("docker", "br-", "veth", "virbr", "cni", "podman");

  private LanAddresses() {}

  /// Private IPv4 addresses first, with the port.
  static List<String> with(int port) throws IOException {
    List<InetAddress> found = new ArrayList<>();
    for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (network.isUp()
          && !network.isLoopback()
          && !network.isPointToPoint()
          && INNER.stream().noneMatch(network.getName()::startsWith)) {
        found.addAll(Collections.list(network.getInetAddresses()));
      }
    }
    Comparator<InetAddress> isIpv6 = Comparator.comparing(Inet6Address.class::isInstance);
    Stream<String> texts =
        found.stream()
            .filter(it -> !it.isLinkLocalAddress())
            .sorted(isIpv6.thenComparing(it -> !it.isSiteLocalAddress()))
            .map(it -> text(it) + ":" + port);
    return texts.filter(LanAddress::isValid).limit(Limits.LAN_ADDRESSES_MAX).toList();
  }

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    String bare = scope < 0 ? text : text.substring(0, scope);
    return address instanceof Inet6Address ? "[" + bare + "]" : bare;
  }
}
