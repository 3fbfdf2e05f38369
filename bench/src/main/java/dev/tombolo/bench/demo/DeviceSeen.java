package dev.tombolo.bench.demo;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A device as `tombolo get devices --json` and `GET /api/v1/devices` tell it.
@Json
public record DeviceSeen(
    String device, String slot, boolean online, List<ApplicationSeen> applications) {
  public DeviceSeen {
    applications = List.copyOf(applications);
  }

  /// The site's part of the slot.
  String site() {
    return slot.substring(0, slot.indexOf('/'));
  }

  /// @param wanted, live versions
  @Json
  public record ApplicationSeen(
      String name,
      @Nullable String wanted,
      @Nullable String live,
      String phase,
      long sinceMillis,
      long bytesDone,
      long bytesTotal,
      long pid) {

    boolean isLive(String version) {
      return phase.equals("live") && version.equals(live);
    }
  }
}
