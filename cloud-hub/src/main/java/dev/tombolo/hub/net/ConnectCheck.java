package dev.tombolo.hub.net;

import dev.tombolo.hub.core.EdgeDirectory;
import dev.tombolo.hub.core.MessageBounds;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.util.Optional;

/// What a CONNECT must be before the hub's loop hears of it. The identity is the certificate's,
/// never what the packet says.
final class ConnectCheck {
  private static final int RECEIVE_MAX_USUAL = 65_535;

  private final EdgeDirectory directory;
  private final int keepAliveMaxSeconds;

  ConnectCheck(EdgeDirectory directory, int keepAliveMaxSeconds) {
    this.directory = directory;
    this.keepAliveMaxSeconds = keepAliveMaxSeconds;
  }

  sealed interface Outcome {
    record Good(Terms terms) implements Outcome {}

    /// @param isViolation true when it belongs in the audit
    record Bad(int code, Reason reason, boolean isViolation) implements Outcome {}
  }

  /// What was agreed on.
  ///
  /// @param keepAliveSeconds in force
  /// @param tellKeepAlive true when it is not what the client asked for
  /// @param receiveMax QoS 1 publishes the client takes at once
  /// @param packetBytesMax the largest packet the client takes
  /// @param tellSessionExpiry true when the client asked for a session that outlives the line
  record Terms(
      PeerIdentity peer,
      int keepAliveSeconds,
      boolean tellKeepAlive,
      int receiveMax,
      long packetBytesMax,
      boolean tellSessionExpiry,
      Optional<Presence> will) {}

  Outcome check(MqttConnectMessage connect, Optional<PeerIdentity> identity, long wallMillis) {
    MqttConnectVariableHeader header = connect.variableHeader();
    if (header.version() != MqttVersion.MQTT_5.protocolLevel()) {
      return new Outcome.Bad(
          0x01, new Reason.Malformed("CONNECT", "MQTT 5 is needed, not " + header.version()), true);
    }
    if (identity.isEmpty()) {
      return bad(
          ReasonCodes.NOT_AUTHORIZED,
          new Reason.NotYours("connection", "show a certificate of this hub"));
    }
    PeerIdentity peer = identity.get();
    String clientId = connect.payload().clientIdentifier();
    if (!peer.device().text().equals(clientId)) {
      return bad(
          ReasonCodes.CLIENT_ID_NOT_VALID,
          new Reason.NotYours(
              "client id",
              "must be the certificate's " + peer.device() + ", not " + Quoted.of(clientId)));
    }
    Optional<Reason> why = peer.whyNotServed(directory, wallMillis);
    if (why.isPresent() && !isForTheLoop(why.get())) {
      return bad(ReasonCodes.of(why.get()), why.get());
    }
    MqttProperties properties = header.properties();
    if (number(properties, MqttProperties.MAXIMUM_PACKET_SIZE, 1) == 0
        || number(properties, MqttProperties.RECEIVE_MAXIMUM, 1) == 0) {
      return bad(
          ReasonCodes.PROTOCOL_ERROR,
          new Reason.Malformed("CONNECT", "a maximum of 0 (MQTT 5 s. 3.1.2.11)"));
    }
    if (packetBytesMax(connect) < EdgeBounds.DEVICE_PACKET_BYTES_MIN) {
      return bad(
          ReasonCodes.PACKET_TOO_LARGE,
          new Reason.LimitExceeded(
              "maximumPacketSize, at least",
              EdgeBounds.DEVICE_PACKET_BYTES_MIN,
              packetBytesMax(connect)));
    }
    if (properties.getProperty(MqttProperties.AUTHENTICATION_METHOD) != null) {
      return bad(
          ReasonCodes.BAD_AUTHENTICATION_METHOD,
          new Reason.Malformed("CONNECT", "the certificate is the only authentication"));
    }
    Terms withoutWill = terms(peer, header, Optional.empty());
    return header.isWillFlag() ? withWill(withoutWill, connect) : new Outcome.Good(withoutWill);
  }

  /// A certificate of ours that the directory does not know is a clone's, or one that a restored
  /// hub has lost: the hub's loop must hear of it.
  static boolean isForTheLoop(Reason why) {
    return why instanceof Reason.CertificateSuperseded || why instanceof Reason.DeviceUnknown;
  }

  private Outcome withWill(Terms terms, MqttConnectMessage connect) {
    MqttConnectVariableHeader header = connect.variableHeader();
    MqttConnectPayload payload = connect.payload();
    String own = Topics.PRESENCE.of(terms.peer().device());
    if (!own.equals(payload.willTopic())) {
      boolean parses = Topics.parse(payload.willTopic()).isPresent();
      return bad(
          parses ? ReasonCodes.NOT_AUTHORIZED : ReasonCodes.TOPIC_NAME_INVALID,
          new Reason.NotYours(
              "will", "must be on " + own + ", not " + Quoted.of(payload.willTopic())));
    }
    if (header.isWillRetain()) {
      return bad(
          ReasonCodes.RETAIN_NOT_SUPPORTED, new Reason.Malformed("will", "must not be retained"));
    }
    if (header.willQos() > 1) {
      return bad(
          ReasonCodes.QOS_NOT_SUPPORTED, new Reason.Malformed("will", "must have QoS 0 or 1"));
    }
    try {
      Presence will =
          Json.read(Presence.class, payload.willMessageInBytes(), Limits.CONNECT_BYTES_MAX);
      if (!(will instanceof Presence.Will)) {
        return bad(
            ReasonCodes.PAYLOAD_INVALID, new Reason.Malformed("will", "must be of type will"));
      }
      Reason wrong = MessageBounds.check(will);
      return wrong == null
          ? new Outcome.Good(terms(terms.peer(), header, Optional.of(will)))
          : bad(ReasonCodes.PAYLOAD_INVALID, wrong);
    } catch (MalformedException e) {
      return bad(ReasonCodes.PAYLOAD_INVALID, e.reason());
    }
  }

  private Terms terms(
      PeerIdentity peer, MqttConnectVariableHeader header, Optional<Presence> will) {
    int asked = header.keepAliveTimeSeconds();
    int inForce = asked == 0 ? keepAliveMaxSeconds : Math.min(asked, keepAliveMaxSeconds);
    MqttProperties properties = header.properties();
    return new Terms(
        peer,
        inForce,
        inForce != asked,
        Math.max(1, number(properties, MqttProperties.RECEIVE_MAXIMUM, RECEIVE_MAX_USUAL)),
        packetBytesMax(properties),
        number(properties, MqttProperties.SESSION_EXPIRY_INTERVAL, 0) != 0,
        will);
  }

  /// The largest packet the client takes, whatever else its CONNECT says.
  static long packetBytesMax(MqttConnectMessage connect) {
    return packetBytesMax(connect.variableHeader().properties());
  }

  private static long packetBytesMax(MqttProperties properties) {
    // Netty reads four unsigned bytes as an int.
    return Integer.toUnsignedLong(number(properties, MqttProperties.MAXIMUM_PACKET_SIZE, -1));
  }

  private static int number(MqttProperties properties, int id, int otherwise) {
    return properties.getProperty(id) instanceof MqttProperties.IntegerProperty property
        ? property.value()
        : otherwise;
  }

  private static Outcome bad(int code, Reason reason) {
    return new Outcome.Bad(code, reason, true);
  }
}
