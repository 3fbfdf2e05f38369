package dev.tombolo.protocol;

import dev.tombolo.protocol.id.DeviceId;
import java.util.Optional;

/// The topics of one device: `tombolo/v1/{device}/{leaf}`. QoS 1, never retained.
public enum Topics {
  /// Hub to device: [dev.tombolo.protocol.message.DesiredUpdate].
  DESIRED("desired", false),
  /// Device to hub: [dev.tombolo.protocol.message.Report].
  REPORT("report", true),
  /// Hub to device: [dev.tombolo.protocol.message.Acked].
  ACKED("acked", false),
  /// Hub to device: [dev.tombolo.protocol.message.Ask].
  ASK("ask", false),
  /// Device to hub: [dev.tombolo.protocol.message.Answer].
  ANSWER("answer", true),
  /// Device to hub, birth and last will: [dev.tombolo.protocol.message.Presence].
  PRESENCE("presence", true);

  public static final String PREFIX = "tombolo/v1/";

  /// External broker mode only: the hub's retained beacon, readable by every device.
  public static final String HUB_BEACON = PREFIX + "hub";

  private final String leaf;
  private final boolean up;

  Topics(String leaf, boolean up) {
    this.leaf = leaf;
    this.up = up;
  }

  public String leaf() {
    return leaf;
  }

  /// True where the device publishes and the hub listens.
  public boolean isUp() {
    return up;
  }

  public String of(DeviceId device) {
    return PREFIX + device.text() + "/" + leaf;
  }

  /// The filter by which a hub at an external broker listens to all devices.
  public String ofEveryDevice() {
    return PREFIX + "+/" + leaf;
  }

  /// A topic name taken apart.
  public record Parsed(DeviceId device, Topics topic) {}

  /// Empty for anything that is not exactly `tombolo/v1/{device}/{leaf}`; wildcards included.
  public static Optional<Parsed> parse(String name) {
    if (!name.startsWith(PREFIX) || name.length() > Limits.TOPIC_BYTES_MAX) {
      return Optional.empty();
    }
    int slash = name.indexOf('/', PREFIX.length());
    if (slash < 0) {
      return Optional.empty();
    }
    String device = name.substring(PREFIX.length(), slash);
    String leaf = name.substring(slash + 1);
    if (!DeviceId.isValid(device)) {
      return Optional.empty();
    }
    for (Topics topic : values()) {
      if (topic.leaf.equals(leaf)) {
        return Optional.of(new Parsed(new DeviceId(device), topic));
      }
    }
    return Optional.empty();
  }
}
