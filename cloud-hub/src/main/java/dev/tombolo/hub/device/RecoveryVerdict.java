package dev.tombolo.hub.device;

import dev.tombolo.protocol.reason.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Whether a device whose certificate ran out gets a new one for proving that it has the key.
public sealed interface RecoveryVerdict {
  /// At once.
  record Automatic() implements RecoveryVerdict {}

  /// It was away for longer than the offline budget: an operator decides.
  record NeedsApproval(String detail) implements RecoveryVerdict {}

  /// A certificate that was replaced and whose replacement has been used: somebody has a copy.
  record Clone() implements RecoveryVerdict {}

  record Refused(Reason reason) implements RecoveryVerdict {}

  /// @param current and `pending` certificates of the device
  /// @param budgetMillis how long it may have been without a valid certificate
  static RecoveryVerdict of(
      DeviceRecord device,
      @Nullable CertificateRecord current,
      @Nullable CertificateRecord pending,
      PresentedCertificate presented,
      long budgetMillis,
      long nowMillis) {
    Reason refusal = device.refusal();
    if (refusal != null) {
      return new Refused(refusal);
    }
    if (!isOne(current, presented) && !isOne(pending, presented)) {
      return new Clone();
    }
    // An operator's approval begins a new budget: else it would be asked for again and again.
    long since = Math.max(presented.notAfterMillis(), device.standingSinceMillis());
    long awayMillis = nowMillis - since;
    return awayMillis <= budgetMillis
        ? new Automatic()
        : new NeedsApproval(
            "it was away for "
                + Duration.ofMillis(awayMillis).toDays()
                + " days longer than its certificate was good; by itself it may come back within "
                + Duration.ofMillis(budgetMillis).toDays());
  }

  private static boolean isOne(@Nullable CertificateRecord known, PresentedCertificate presented) {
    return known != null
        && known.serial().equals(presented.serial())
        && known.key().equals(presented.key());
  }
}
