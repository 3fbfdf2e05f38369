package dev.tombolo.hub.net;

import dev.tombolo.hub.core.SessionId;
import dev.tombolo.protocol.id.DeviceId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What all lines of one edge port share.
final class Edge {
  private final EdgeSettings settings;
  private final EdgeServices services;
  private final String rootPem;
  private final EdgeCounters counters;
  private final Violations violations;
  private final ConnectRates<DeviceId> connectRates;
  private final ConnectRates<String> recoverRates;
  private final PendingRequests requests;
  private final StrangerLines strangers =
      new StrangerLines(EdgeBounds.STRANGER_LINES_MAX, EdgeBounds.STRANGER_LINES_PER_HOST_MAX);
  private final DeviceLines deviceLines = new DeviceLines(EdgeBounds.DEVICE_LINES_MAX);
  private final SiteLanes lanes;
  private final Map<SessionId, MqttSession> sessions = new ConcurrentHashMap<>();

  Edge(EdgeSettings settings, EdgeServices services, String rootPem, EdgeCounters counters) {
    this.counters = counters;
    this.settings = settings;
    this.services = services;
    this.rootPem = rootPem;
    this.violations = new Violations(services.inbox(), counters);
    this.connectRates = new ConnectRates<>(settings.connectsPerMinute());
    this.recoverRates = new ConnectRates<>(EdgeBounds.RECOVERS_PER_MINUTE);
    this.requests = new PendingRequests();
    this.lanes = new SiteLanes(services.directory(), services.clock());
  }

  EdgeSettings settings() {
    return settings;
  }

  EdgeServices services() {
    return services;
  }

  String rootPem() {
    return rootPem;
  }

  EdgeCounters counters() {
    return counters;
  }

  Violations violations() {
    return violations;
  }

  ConnectRates<DeviceId> connectRates() {
    return connectRates;
  }

  StrangerLines strangers() {
    return strangers;
  }

  DeviceLines deviceLines() {
    return deviceLines;
  }

  /// Whoever shows no certificate, or one that is not served: anybody may have kept an old one.
  boolean isStranger(Line line) {
    return line.peer().isEmpty()
        || line.peer()
            .get()
            .whyNotServed(services.directory(), services.clock().millis())
            .isPresent();
  }

  /// How often each remote network asks for a recovery.
  ConnectRates<String> recoverRates() {
    return recoverRates;
  }

  /// How files go to each site.
  SiteLanes lanes() {
    return lanes;
  }

  PendingRequests requests() {
    return requests;
  }

  Map<SessionId, MqttSession> sessions() {
    return sessions;
  }
}
