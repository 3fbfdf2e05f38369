package dev.tombolo.hub.device;

import dev.tombolo.protocol.reason.Reason;
import org.jspecify.annotations.Nullable;

/// What a presented certificate is to the device it names.
public final class CertificateStanding {
  private CertificateStanding() {}

  public sealed interface Standing {
    /// The one in use.
    record Current() implements Standing {}

    /// The next one, seen for the first time: it becomes the current one.
    record Promoted() implements Standing {}

    /// One that was replaced, after its replacement has been used: somebody has a copy.
    record Superseded() implements Standing {}

    record Refused(Reason reason) implements Standing {}
  }

  /// @param serial what was presented; empty when an external broker has checked it, which cannot
  ///   tell old from new: then only the device's own standing counts
  public static Standing of(
      DeviceRecord device,
      @Nullable CertificateRecord current,
      @Nullable CertificateRecord pending,
      String serial,
      long nowMillis) {
    Reason refusal = device.refusal();
    if (refusal != null) {
      return new Standing.Refused(refusal);
    }
    if (serial.isEmpty()) {
      return new Standing.Current();
    }
    if (current != null && current.serial().equals(serial)) {
      return inTime(current, new Standing.Current(), nowMillis);
    }
    if (pending != null && pending.serial().equals(serial)) {
      return inTime(pending, new Standing.Promoted(), nowMillis);
    }
    return new Standing.Superseded();
  }

  private static Standing inTime(CertificateRecord certificate, Standing good, long nowMillis) {
    return nowMillis > certificate.notAfterMillis()
        ? new Standing.Refused(
            new Reason.CertificateExpired(
                certificate.device().text(), certificate.notAfterMillis()))
        : good;
  }
}
