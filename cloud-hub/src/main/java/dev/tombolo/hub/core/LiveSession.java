package dev.tombolo.hub.core;

import dev.tombolo.hub.desired.Delivery;
import dev.tombolo.protocol.id.DeviceId;

/// The one line a device has now.
public record LiveSession(
    SessionId id, DeviceId device, String serial, String remote, Delivery delivery) {

  LiveSession with(Delivery next) {
    return new LiveSession(id, device, serial, remote, next);
  }
}
