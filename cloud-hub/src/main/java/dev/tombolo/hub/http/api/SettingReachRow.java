package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How many devices get another value of a setting.
///
/// @param application null: the setting is the place's own
/// @param setting `release` or `parameters.NAME`; of a place `timeZone`, `displayName`,
///   `windows.switch`, `freezeDates`, `line.bandwidth` ...
/// @param first a few of their slots
@Json
public record SettingReachRow(
    @Nullable String application, String setting, long devices, List<String> first) {
  public SettingReachRow {
    first = List.copyOf(first);
  }
}
