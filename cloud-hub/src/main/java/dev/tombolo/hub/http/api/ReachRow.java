package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// Which devices get another document.
///
/// @param looked devices that the change can reach
/// @param changed of them, those whose settings differ after it
@Json
public record ReachRow(long looked, long changed, List<SettingReachRow> settings) {
  public ReachRow {
    settings = List.copyOf(settings);
  }
}
