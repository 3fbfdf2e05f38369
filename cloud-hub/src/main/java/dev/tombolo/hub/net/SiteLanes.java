package dev.tombolo.hub.net;

import dev.tombolo.hub.core.EdgeDirectory;
import dev.tombolo.hub.core.SiteLine;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The lanes of the sites that download and have a bound. Thread-safe.
final class SiteLanes {
  /// Beyond these, the ones that nobody uses are forgotten.
  private static final int REMEMBERED_MAX = 1_000;

  private final Map<Name, SiteLane> lanes = new HashMap<>();
  private final EdgeDirectory directory;
  private final InstantSource clock;

  SiteLanes(EdgeDirectory directory, InstantSource clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /// As the site's rules are now; empty where none bound it.
  Optional<SiteLane> of(DeviceId device, long nowMillis) {
    return directory.line(device).map(line -> of(line, nowMillis));
  }

  private synchronized SiteLane of(SiteLine line, long nowMillis) {
    SiteLane known = lanes.get(line.site());
    if (known != null && known.isOf(line)) {
      return known;
    }
    if (lanes.size() >= REMEMBERED_MAX) {
      lanes.values().removeIf(lane -> lane.isIdle(nowMillis));
    }
    SiteLane lane = new SiteLane(line, clock, nowMillis);
    lanes.put(line.site(), lane);
    return lane;
  }
}
