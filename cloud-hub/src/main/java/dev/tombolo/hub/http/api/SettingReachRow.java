package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// How many devices get another value of a setting.
///
/// @param setting `release` or `parameters.NAME`
/// @param first a few of their slots
@Json
public record SettingReachRow(
    String application, String setting, long devices, List<String> first) {
  public SettingReachRow {
    first = List.copyOf(first);
  }
}
