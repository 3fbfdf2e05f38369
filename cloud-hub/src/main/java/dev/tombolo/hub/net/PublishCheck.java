package dev.tombolo.hub.net;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.Optional;
import java.util.Set;

/// What a PUBLISH from a device must be before its payload is read.
final class PublishCheck {
  private PublishCheck() {}

  /// @param code of the DISCONNECT
  record Fault(int code, Reason reason) {}

  /// @param untaken packet identifiers in use
  static Optional<Fault> faultOf(MqttPublishMessage packet, DeviceId device, Set<Integer> untaken) {
    String name = packet.variableHeader().topicName();
    MqttQoS qos = packet.fixedHeader().qosLevel();
    if (packet.fixedHeader().isRetain()) {
      return fault(
          ReasonCodes.RETAIN_NOT_SUPPORTED,
          new Reason.Malformed("publish", "must not be retained"));
    }
    if (qos.value() > 1) {
      return fault(
          ReasonCodes.QOS_NOT_SUPPORTED, new Reason.Malformed("publish", "must have QoS 0 or 1"));
    }
    if (packet.variableHeader().properties().getProperty(MqttProperties.TOPIC_ALIAS) != null) {
      return fault(
          ReasonCodes.TOPIC_ALIAS_INVALID, new Reason.Malformed("publish", "no topic aliases"));
    }
    Optional<Topics.Parsed> parsed = Topics.parse(name);
    if (name.isEmpty() || name.length() > Limits.TOPIC_BYTES_MAX || parsed.isEmpty()) {
      return fault(
          ReasonCodes.TOPIC_NAME_INVALID,
          new Reason.NotYours("topic", "only a device's own report, presence and answer"));
    }
    if (!parsed.get().device().equals(device) || !parsed.get().topic().isUp()) {
      return fault(
          ReasonCodes.NOT_AUTHORIZED,
          new Reason.NotYours("topic", "only a device's own report, presence and answer"));
    }
    if (qos == MqttQoS.AT_MOST_ONCE) {
      return Optional.empty();
    }
    if (untaken.contains(packet.variableHeader().packetId())) {
      return fault(
          ReasonCodes.PROTOCOL_ERROR,
          new Reason.Malformed("publish", "its packet identifier is still in use"));
    }
    if (untaken.size() >= EdgeBounds.RECEIVE_MAX) {
      return fault(
          ReasonCodes.RECEIVE_MAX_EXCEEDED,
          new Reason.LimitExceeded("receiveMaximum", EdgeBounds.RECEIVE_MAX, untaken.size() + 1));
    }
    return Optional.empty();
  }

  private static Optional<Fault> fault(int code, Reason reason) {
    return Optional.of(new Fault(code, reason));
  }
}
