package dev.tombolo.hub.net;

import dev.tombolo.protocol.id.DeviceId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The lines of each device that is served, so that none takes the room of all others. Where there
/// is no room the oldest one goes, which its MQTT line never is: of these the hub keeps the newest.
/// Thread-safe.
final class DeviceLines {
  private final int perDeviceMax;
  private final Map<DeviceId, Set<Line>> lines = new HashMap<>();

  DeviceLines(int perDeviceMax) {
    this.perDeviceMax = perDeviceMax;
  }

  void add(DeviceId device, Line line) {
    makeRoom(device).ifPresent(Line::abort);
    synchronized (this) {
      lines.computeIfAbsent(device, _ -> new LinkedHashSet<>()).add(line);
    }
  }

  synchronized void remove(DeviceId device, Line line) {
    Set<Line> its = lines.get(device);
    if (its != null && its.remove(line) && its.isEmpty()) {
      lines.remove(device);
    }
  }

  private synchronized Optional<Line> makeRoom(DeviceId device) {
    Set<Line> its = lines.getOrDefault(device, Set.of());
    if (its.size() < perDeviceMax) {
      return Optional.empty();
    }
    Optional<Line> oldest = its.stream().filter(line -> !line.isMqttOpen()).findFirst();
    oldest.ifPresent(line -> remove(device, line));
    return oldest;
  }
}
