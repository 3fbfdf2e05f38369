package dev.tombolo.hub.core;

import dev.tombolo.protocol.enrol.TimeResponse;

/// Tells the time to a device that cannot judge the dates of our certificate, so that it can check
/// who says it.
@FunctionalInterface
public interface TimeSigner {
  /// @param nonce of the device, checked
  TimeResponse sign(String nonce, long hubMillis);
}
