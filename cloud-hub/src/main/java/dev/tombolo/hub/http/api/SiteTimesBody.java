package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// When a site may download and switch, each line as people write it: `Mon-Sat 22:00-06:00`,
/// `2026-12-18..2027-01-06`.
///
/// @param none of a Site, in `apply`: kinds of which it says that it has none, whatever its fleet
///   has: `windows.download`, `windows.switch`, `openingHours`, `freezeDates`
@Json
public record SiteTimesBody(
    List<String> download,
    List<String> switching,
    List<String> openingHours,
    List<String> freezeDates,
    List<String> none) {
  public SiteTimesBody {
    download = List.copyOf(download);
    switching = List.copyOf(switching);
    openingHours = List.copyOf(openingHours);
    freezeDates = List.copyOf(freezeDates);
    none = none == null ? List.of() : List.copyOf(none);
  }

  /// Says nothing of those that are empty.
  public SiteTimesBody(
      List<String> download,
      List<String> switching,
      List<String> openingHours,
      List<String> freezeDates) {
    this(download, switching, openingHours, freezeDates, List.of());
  }
}
