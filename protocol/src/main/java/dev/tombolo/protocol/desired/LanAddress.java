package dev.tombolo.protocol.desired;

import java.util.List;

/// Where a device can be reached inside its site: `192.0.2.7:8444` or `[2001:db8::7]:8444`. Only
/// literal addresses that can be another machine's: no names, so that nobody is asked about them,
/// no loopback, no link-local ones (they need an interface to mean anything), no multicast.
public final class LanAddress {
  /// The longest IPv6 address in brackets, a colon and a port.
  public static final int CHARS_MAX = 47;

  private static final int IPV6_GROUPS = 8;

  private LanAddress() {}

  public static boolean isValid(String text) {
    int colon = text.lastIndexOf(':');
    if (text.length() > CHARS_MAX || colon < 1 || !isPort(text.substring(colon + 1))) {
      return false;
    }
    String host = text.substring(0, colon);
    return host.startsWith("[")
        ? host.endsWith("]") && isIpv6(host.substring(1, host.length() - 1))
        : isIpv4(host);
  }

  private static boolean isPort(String text) {
    return isNumber(text, 5, 65_535) && !text.equals("0");
  }

  /// Decimal without leading zeros.
  private static boolean isNumber(String text, int digitsMax, int max) {
    return !text.isEmpty()
        && text.length() <= digitsMax
        && text.chars().allMatch(c -> c >= '0' && c <= '9')
        && (text.length() == 1 || text.charAt(0) != '0')
        && Integer.parseInt(text) <= max;
  }

  private static boolean isIpv4(String host) {
    List<String> parts = List.of(host.split("\\.", -1));
    if (parts.size() != 4 || !parts.stream().allMatch(part -> isNumber(part, 3, 255))) {
      return false;
    }
    int first = Integer.parseInt(parts.getFirst());
    boolean isLinkLocal = first == 169 && parts.get(1).equals("254");
    return first != 0 && first != 127 && first < 224 && !isLinkLocal;
  }

  private static boolean isIpv6(String host) {
    int gap = host.indexOf("::");
    if (gap >= 0 && host.indexOf("::", gap + 1) >= 0) {
      return false;
    }
    int groups =
        gap < 0 ? groups(host) : groups(host.substring(0, gap)) + groups(host.substring(gap + 2));
    boolean isWhole = gap < 0 ? groups == IPV6_GROUPS : groups >= 0 && groups < IPV6_GROUPS;
    if (!isWhole || host.startsWith("::")) {
      // What begins with zeros is unspecified, loopback, or an IPv4 address in disguise.
      return false;
    }
    int first = Integer.parseInt(host.substring(0, host.indexOf(':')), 16);
    return first != 0 && (first & 0xffc0) != 0xfe80 && first < 0xff00;
  }

  /// How many groups of one to four hex digits; far below zero when it is something else.
  private static int groups(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    String[] groups = text.split(":", -1);
    for (String group : groups) {
      boolean isHex =
          !group.isEmpty()
              && group.length() <= 4
              && group.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
      if (!isHex) {
        return -2 * IPV6_GROUPS;
      }
    }
    return groups.length;
  }
}
