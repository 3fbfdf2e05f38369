package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A release on its way to a device, as the device last reported.
///
/// @param version that is fetched
/// @param how `bundle`, `full-bundle`, `files`, or `asking` which bundle there is
/// @param base version that a bundle builds on
/// @param bytesTotal of what comes over the line: of the bundle, or of the files
/// @param bytesPerSecond over the last seconds; 0 while nothing comes
/// @param secondsLeft at that rate; null when it cannot be said
/// @param sinceMillis when it began
/// @param toldMillis when the device said so
/// @param reasons in words; among them why it is more than it could be
@Json
public record TransferRow(
    String device,
    String slot,
    String fleet,
    boolean online,
    String application,
    @Nullable String version,
    String how,
    @Nullable String base,
    long bytesDone,
    long bytesTotal,
    long bytesPerSecond,
    @Nullable Long secondsLeft,
    long sinceMillis,
    long toldMillis,
    List<String> reasons) {
  public TransferRow {
    reasons = List.copyOf(reasons);
  }
}
