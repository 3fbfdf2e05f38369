package dev.tombolo.hub.net;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubAckMessage;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckPayload;
import java.util.List;

/// The packets the hub sends (MQTT 5 s. 3).
final class MqttPackets {
  static final MqttMessage PINGRESP = MqttMessage.PINGRESP;

  /// One without properties.
  static final int CONNACK_BYTES_MIN = 5;

  /// Of the packet, of the properties' heads, and of `retry-after`.
  private static final int WHY_OVERHEAD_BYTES = 64;

  /// What our own agent reads of a CONNACK or DISCONNECT.
  private static final int WHY_BYTES_MAX = 8 * 1024;

  private MqttPackets() {}

  static MqttConnAckMessage connack(int code, MqttProperties properties) {
    return new MqttConnAckMessage(
        header(MqttMessageType.CONNACK, MqttQoS.AT_MOST_ONCE),
        new MqttConnAckVariableHeader(
            MqttConnectReturnCode.valueOf((byte) code), false, properties));
  }

  /// A refusing CONNACK, with [#why].
  static ChannelFuture writeConnack(
      ChannelHandlerContext ctx, int code, Reason reason, long bytesMax) {
    return ctx.writeAndFlush(connack(ReasonCodes.forConnack(code), why(reason, bytesMax)));
  }

  static MqttMessage disconnect(int code, Reason reason, long bytesMax) {
    return new MqttMessage(
        header(MqttMessageType.DISCONNECT, MqttQoS.AT_MOST_ONCE),
        new MqttReasonCodeAndPropertiesVariableHeader((byte) code, why(reason, bytesMax)));
  }

  /// The reason in words as the reason string, as JSON in the user property `reason`, and
  /// `retry-after` in seconds where coming back later helps.
  ///
  /// @param bytesMax the largest packet the peer takes: a longer explanation is left out (MQTT 5 s.
  ///   3.2.2.3.9)
  static MqttProperties why(Reason reason, long bytesMax) {
    String words = ReasonText.say(reason);
    String json = Json.write(reason);
    if (ByteBufUtil.utf8Bytes(words) + ByteBufUtil.utf8Bytes(json) + WHY_OVERHEAD_BYTES
        > Math.min(bytesMax, WHY_BYTES_MAX)) {
      return MqttProperties.NO_PROPERTIES;
    }
    MqttProperties properties = new MqttProperties();
    properties.add(new MqttProperties.StringProperty(MqttProperties.REASON_STRING, words));
    properties.add(new MqttProperties.UserProperty("reason", json));
    if (reason instanceof Reason.Busy busy) {
      properties.add(
          new MqttProperties.UserProperty(
              "retry-after", Integer.toString(busy.retryAfterSeconds())));
    }
    return properties;
  }

  static MqttMessage puback(int packet, int code) {
    return new MqttPubAckMessage(
        header(MqttMessageType.PUBACK, MqttQoS.AT_MOST_ONCE),
        new MqttPubReplyMessageVariableHeader(packet, (byte) code, MqttProperties.NO_PROPERTIES));
  }

  static MqttMessage suback(int packet, List<Integer> codes) {
    return new MqttSubAckMessage(
        header(MqttMessageType.SUBACK, MqttQoS.AT_MOST_ONCE),
        new MqttMessageIdAndPropertiesVariableHeader(packet, MqttProperties.NO_PROPERTIES),
        new MqttSubAckPayload(codes));
  }

  static MqttMessage unsuback(int packet, List<Short> codes) {
    return new MqttUnsubAckMessage(
        header(MqttMessageType.UNSUBACK, MqttQoS.AT_MOST_ONCE),
        new MqttMessageIdAndPropertiesVariableHeader(packet, MqttProperties.NO_PROPERTIES),
        new MqttUnsubAckPayload(codes));
  }

  /// @param packet 0 sends it with QoS 0
  static MqttMessage publish(String topic, byte[] payload, int packet) {
    MqttQoS qos = packet == 0 ? MqttQoS.AT_MOST_ONCE : MqttQoS.AT_LEAST_ONCE;
    return new MqttPublishMessage(
        header(MqttMessageType.PUBLISH, qos),
        new MqttPublishVariableHeader(topic, packet, MqttProperties.NO_PROPERTIES),
        Unpooled.wrappedBuffer(payload));
  }

  /// Bytes of a publish on the wire, never too few.
  static int publishBytes(String topic, byte[] payload) {
    return 1 + 4 + 2 + 3 * topic.length() + 2 + 1 + payload.length;
  }

  private static MqttFixedHeader header(MqttMessageType type, MqttQoS qos) {
    return new MqttFixedHeader(type, false, qos, false, 0);
  }
}
