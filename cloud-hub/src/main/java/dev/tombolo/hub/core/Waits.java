package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.DeviceId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Devices that wait for something, the longest first, so that nobody has to look through all.
final class Waits {
  private final Map<DeviceId, Long> since = new LinkedHashMap<>();

  /// @param sinceMillis null when it does not wait
  void note(DeviceId device, @Nullable Long sinceMillis) {
    if (sinceMillis == null) {
      since.remove(device);
    } else if (!sinceMillis.equals(since.get(device))) {
      // Last again: time only goes on.
      since.remove(device);
      since.put(device, sinceMillis);
    }
  }

  void first(int count, List<DeviceId> into) {
    int taken = 0;
    for (DeviceId device : since.keySet()) {
      if (taken++ == count) {
        return;
      }
      into.add(device);
    }
  }
}
