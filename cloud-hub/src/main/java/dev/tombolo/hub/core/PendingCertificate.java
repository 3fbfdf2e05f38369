package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.token.JoinToken;
import java.util.Map;

/// A certificate that is being signed, and for what.
public sealed interface PendingCertificate {
  long request();

  RequestedKey key();

  /// When it is given up.
  long untilMillis();

  record ForEnrolment(
      long request,
      RequestedKey key,
      long untilMillis,
      JoinToken token,
      Map<String, String> facts,
      String remote)
      implements PendingCertificate {}

  /// @param presented serial of the certificate that asked
  /// @param action `renew` or `recover`, for the audit
  record ForRenewal(
      long request,
      RequestedKey key,
      long untilMillis,
      DeviceId device,
      String presented,
      String action)
      implements PendingCertificate {}
}
