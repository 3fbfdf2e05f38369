package dev.tombolo.agent.release;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// The release that failed here last. Remembered until another one has proven itself, also when the
/// hub has long taken it back: who stands in the shop asks why the new one is not there.
///
/// @param wallMillis when it was given up, by the device's clock
public record FailedTry(Digest release, String version, long wallMillis, Reason cause) {

  /// `2.0 was tried here and rolled back at 2026-11-28T10:00:00Z: ...`
  public String words() {
    return version
        + " was tried here and rolled back at "
        + Instant.ofEpochMilli(wallMillis).truncatedTo(ChronoUnit.SECONDS)
        + ": "
        + ReasonText.say(cause);
  }
}
