package dev.tombolo.hub.mqtt;

import dev.tombolo.hub.core.SessionId;
import dev.tombolo.protocol.id.DeviceId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Which session each device at the broker is in: a new one with each birth. Knows the packets that
/// wait for their commit: every one of them is acknowledged to the broker in the end, whatever
/// becomes of its session, for a broker gives a client no more than a few at a time. Thread-safe.
final class BrokerSessions {
  private final Supplier<SessionId> numbers;
  private final Map<DeviceId, SessionId> byDevice = new HashMap<>();
  private final Map<SessionId, Open> bySession = new HashMap<>();

  private record Open(DeviceId device, Set<Integer> untaken) {}

  /// @param device of a session that is over; empty when it was over before
  /// @param untaken its packets, for the caller to acknowledge
  record Ended(Optional<DeviceId> device, Set<Integer> untaken) {
    static final Ended BEFORE = new Ended(Optional.empty(), Set.of());
  }

  /// @param replaced the session that the device was in
  record Opened(SessionId session, Ended replaced) {}

  BrokerSessions(Supplier<SessionId> numbers) {
    this.numbers = numbers;
  }

  synchronized Opened open(DeviceId device) {
    SessionId fresh = numbers.get();
    SessionId before = byDevice.put(device, fresh);
    Ended replaced = before == null ? Ended.BEFORE : forget(before);
    bySession.put(fresh, new Open(device, new HashSet<>(2)));
    return new Opened(fresh, replaced);
  }

  synchronized Optional<SessionId> of(DeviceId device) {
    return Optional.ofNullable(byDevice.get(device));
  }

  synchronized boolean isOpen(SessionId session) {
    return bySession.containsKey(session);
  }

  /// Notes a packet that is acknowledged later. False when the session is over already.
  synchronized boolean awaits(SessionId session, int packet) {
    Open open = bySession.get(session);
    return open != null && open.untaken.add(packet);
  }

  /// True when the packet was waiting and must be acknowledged now.
  synchronized boolean isTaken(SessionId session, int packet) {
    Open open = bySession.get(session);
    return open != null && open.untaken.remove(packet);
  }

  synchronized Ended close(SessionId session) {
    return forget(session);
  }

  private Ended forget(SessionId session) {
    Open open = bySession.remove(session);
    if (open == null) {
      return Ended.BEFORE;
    }
    byDevice.remove(open.device, session);
    return new Ended(Optional.of(open.device), open.untaken);
  }

  /// Forgets all and tells which there were.
  synchronized Map<SessionId, DeviceId> closeAll() {
    Map<SessionId, DeviceId> all = new HashMap<>();
    bySession.forEach((session, open) -> all.put(session, open.device));
    bySession.clear();
    byDevice.clear();
    return all;
  }
}
