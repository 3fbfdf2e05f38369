package dev.tombolo.hub.core;

import java.util.ArrayList;
import java.util.List;

/// What one customer of an internet provider has to himself: an IPv4 address, or the /64 of an IPv6
/// one, of which he has 2^64. Limits count by it.
public final class RemoteNetwork {
  /// Of 16 bits each.
  private static final int NETWORK_GROUPS = 4;

  private RemoteNetwork() {}

  /// @param remote address, with or without a port, which does not count; IPv6 with a port in
  ///   brackets
  public static String of(String remote) {
    int bracket = remote.indexOf(']');
    if (remote.startsWith("[") && bracket > 0) {
      return networkOf(remote.substring(1, bracket));
    }
    int colon = remote.indexOf(':');
    if (colon >= 0 && colon == remote.lastIndexOf(':')) {
      return remote.substring(0, colon);
    }
    return colon < 0 ? remote : networkOf(remote);
  }

  private static String networkOf(String address) {
    int gap = address.indexOf("::");
    List<String> groups =
        new ArrayList<>(List.of((gap < 0 ? address : address.substring(0, gap)).split(":")));
    groups.removeIf(String::isEmpty);
    while (groups.size() < NETWORK_GROUPS) {
      groups.add("0");
    }
    return String.join(":", groups.subList(0, NETWORK_GROUPS)) + "::/64";
  }
}
