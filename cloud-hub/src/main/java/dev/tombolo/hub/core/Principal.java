package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.DeviceId;

/// Who did it: `user:alice` (an operator by API token), `device:dev-...`, `hub`.
public record Principal(String name) {
  public static final Principal HUB = new Principal("hub");

  public static Principal device(DeviceId device) {
    return new Principal("device:" + device);
  }
}
