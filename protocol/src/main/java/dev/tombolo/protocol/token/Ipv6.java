package dev.tombolo.protocol.token;

import java.util.regex.Pattern;

/// Addresses of IP version 6 as text (RFC 4291, section 2.2), in brackets (RFC 3986).
final class Ipv6 {
  private static final int GROUPS = 8;
  private static final String GAP = "::";
  private static final Pattern GROUP = Pattern.compile("[0-9A-Fa-f]{1,4}");
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");

  private Ipv6() {}

  /// True for eight groups, or fewer around one gap, the last two maybe written as IPv4.
  ///
  /// @param text with its brackets
  static boolean isAddress(String text) {
    String address = text.substring(1, text.length() - 1);
    int gap = address.indexOf(GAP);
    if (gap < 0) {
      return groups(address, true) == GROUPS;
    }
    int before = groups(address.substring(0, gap), false);
    int after = groups(address.substring(gap + GAP.length()), true);
    return before >= 0 && after >= 0 && before + after < GROUPS;
  }

  /// How many groups these are; less than none when they are not all groups.
  private static int groups(String text, boolean mayEndInIpv4) {
    if (text.isEmpty()) {
      return 0;
    }
    String[] parts = text.split(":", -1);
    int count = parts.length;
    for (int i = 0; i < parts.length; i++) {
      boolean isLast = i == parts.length - 1;
      if (isLast && mayEndInIpv4 && IPV4.matcher(parts[i]).matches()) {
        count++;
      } else if (!GROUP.matcher(parts[i]).matches()) {
        return -1;
      }
    }
    return count;
  }
}
