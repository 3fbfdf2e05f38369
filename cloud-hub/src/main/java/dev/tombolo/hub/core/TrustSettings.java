package dev.tombolo.hub.core;

import dev.tombolo.protocol.Limits;

/// How long trust lasts.
///
/// @param certificateLifeMillis of a device's certificate; renewed after two thirds of it
/// @param offlineBudgetMillis how long a device may have been without a valid certificate and still
///   get a new one without an operator
public record TrustSettings(long certificateLifeMillis, long offlineBudgetMillis) {
  public static final TrustSettings USUAL =
      new TrustSettings(Limits.CERTIFICATE_LIFE.toMillis(), Limits.OFFLINE_BUDGET.toMillis());
}
