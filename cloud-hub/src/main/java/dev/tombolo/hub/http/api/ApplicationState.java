package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One application on one device, as last reported.
///
/// @param wanted version the hub wants; null when it wants none
/// @param live version that serves; null when none does
/// @param phase `absent`, `fetching`, `staged`, `switching`, `probing`, `live`, `rolled-back`, or
///   `unreported`
/// @param reasons in words
@Json
public record ApplicationState(
    String name,
    @Nullable String wanted,
    @Nullable String live,
    String phase,
    long sinceMillis,
    long bytesDone,
    long bytesTotal,
    long pid,
    List<String> reasons) {
  public ApplicationState {
    reasons = List.copyOf(reasons);
  }
}
