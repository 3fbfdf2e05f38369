package dev.tombolo.hub.mqtt;

import dev.tombolo.hub.core.SessionId;
import dev.tombolo.protocol.id.DeviceId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Which session each device at the broker is in: a new one with each birth. Thread-safe.
final class BrokerSessions {
  private final Supplier<SessionId> numbers;
  private final Map<DeviceId, SessionId> byDevice = new HashMap<>();
  private final Map<SessionId, DeviceId> bySession = new HashMap<>();

  BrokerSessions(Supplier<SessionId> numbers) {
    this.numbers = numbers;
  }

  synchronized SessionId open(DeviceId device) {
    SessionId fresh = numbers.get();
    SessionId before = byDevice.put(device, fresh);
    if (before != null) {
      bySession.remove(before);
    }
    bySession.put(fresh, device);
    return fresh;
  }

  synchronized Optional<SessionId> of(DeviceId device) {
    return Optional.ofNullable(byDevice.get(device));
  }

  synchronized boolean isOpen(SessionId session) {
    return bySession.containsKey(session);
  }

  synchronized void close(SessionId session) {
    DeviceId device = bySession.remove(session);
    if (device != null) {
      byDevice.remove(device, session);
    }
  }

  /// Forgets all and tells which there were.
  synchronized Map<SessionId, DeviceId> closeAll() {
    Map<SessionId, DeviceId> all = Map.copyOf(bySession);
    bySession.clear();
    byDevice.clear();
    return all;
  }
}
