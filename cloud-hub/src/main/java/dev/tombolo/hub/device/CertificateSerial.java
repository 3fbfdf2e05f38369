package dev.tombolo.hub.device;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;

/// Serial numbers of device certificates: the first 128 bits of a SHA-256, top bit cleared (RFC
/// 5280 s. 4.1.2.2 wants them positive and at most 20 bytes). Derived instead of drawn, so that
/// deciding stays repeatable; unique because the counter is.
public final class CertificateSerial {
  private static final int HEX_DIGITS = 32;

  private CertificateSerial() {}

  /// @param counter of certificates given within this history
  public static String of(History history, long counter, Digest key) {
    String hex =
        Digest.ofText(history.epoch() + "|" + history.id() + "|" + counter + "|" + key).hex();
    int top = Character.digit(hex.charAt(0), 16) & 7;
    // A leading 1-7 keeps the written form the same length everywhere.
    return Integer.toHexString(top == 0 ? 1 : top) + hex.substring(1, HEX_DIGITS);
  }
}
