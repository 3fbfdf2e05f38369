package dev.tombolo.hub.x509;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.bouncycastle.asn1.x509.GeneralName;

/// Host names and IP addresses as they stand in certificates.
final class HostNames {
  private HostNames() {}

  static GeneralName general(String host) {
    return new GeneralName(
        isAddress(host) ? GeneralName.iPAddress : GeneralName.dNSName, normal(host));
  }

  /// Lower case; addresses in their one canonical form.
  static String normal(String host) {
    if (!isAddress(host)) {
      return host.toLowerCase(Locale.ROOT);
    }
    try {
      return InetAddress.getByName(host).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + host + "' is neither a host name nor an address", e);
    }
  }

  // Only digits and dots, or colons: never a name that would be looked up.
  private static boolean isAddress(String host) {
    return host.contains(":") || host.matches("\\d+(\\.\\d+){3}");
  }
}
