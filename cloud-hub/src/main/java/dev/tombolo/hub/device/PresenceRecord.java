package dev.tombolo.hub.device;

import dev.tombolo.protocol.id.DeviceId;

/// What the hub last saw of a device's line.
///
/// @param bootId of the newest birth; empty before the first
/// @param connect connect count of the newest birth
/// @param seenMillis hub time of the last connect, birth, will or end of a line
/// @param remote address it came from
public record PresenceRecord(
    DeviceId device,
    String bootId,
    long connect,
    boolean online,
    long seenMillis,
    String remote,
    String agentVersion) {

  public static PresenceRecord never(DeviceId device) {
    return new PresenceRecord(device, "", 0, false, 0, "", "");
  }

  public PresenceRecord came(String from, long nowMillis) {
    return new PresenceRecord(device, bootId, connect, true, nowMillis, from, agentVersion);
  }

  public PresenceRecord gone(long nowMillis) {
    return new PresenceRecord(device, bootId, connect, false, nowMillis, remote, agentVersion);
  }
}
