package dev.tombolo.bench.load;

import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One device of the load generator, on its event loop: CONNECT, SUBSCRIBE, birth, then reports, as
/// docs/protocol.md says. Keeps nothing on disk.
final class LoadDevice extends SimpleChannelInboundHandler<MqttMessage> {
  private static final int DESIRED_BYTES_MAX = 256 * 1024;
  private static final int KEEP_ALIVE_SECONDS = 60;
  private static final MqttMessage PING =
      new MqttMessage(
          new MqttFixedHeader(MqttMessageType.PINGREQ, false, MqttQoS.AT_MOST_ONCE, false, 0));

  /// What a device tells the run it is part of. Called on event loops.
  interface Listener {
    void ready(LoadDevice device);

    void desired(LoadDevice device, DesiredUpdate update);

    void acked(LoadDevice device, Acked acked);

    /// A PUBACK.
    void taken(LoadDevice device);

    void lost(LoadDevice device, String cause);
  }

  private final LoadIdentity identity;
  private final Listener listener;
  private final String incarnation;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Future<?> pings;
  private int nextPacket = 1;
  private long nextSequence = 1;
  private long durableThrough;
  private long awaited = Long.MAX_VALUE;

  LoadDevice(LoadIdentity identity, Listener listener) {
    super(MqttMessage.class);
    this.identity = identity;
    this.listener = listener;
    this.incarnation = "load-" + identity.device().text().substring(4);
  }

  LoadIdentity identity() {
    return identity;
  }

  /// Runs it where this device's messages arrive.
  void onItsLoop(Runnable task) {
    ChannelHandlerContext at = context;
    if (at == null) {
      throw new IllegalStateException("not connected");
    }
    at.executor().execute(task);
  }

  /// @return how many more rows are durable than at the last call
  long durableThrough(long through) {
    long fresh = Math.max(0, through - durableThrough);
    durableThrough += fresh;
    return fresh;
  }

  void awaitDurable(long sequence) {
    awaited = sequence;
  }

  /// True once, when the awaited row is durable.
  boolean becameDurable(long through) {
    if (through < awaited) {
      return false;
    }
    awaited = Long.MAX_VALUE;
    return true;
  }

  /// Opens the session; call once the transport (TLS, WebSocket) is up.
  void begin(ChannelHandlerContext opened) {
    context = opened;
    String id = identity.device().text();
    opened.writeAndFlush(
        MqttMessageBuilders.connect()
            .protocolVersion(MqttVersion.MQTT_5)
            .clientId(id)
            .cleanSession(true)
            .keepAlive(KEEP_ALIVE_SECONDS)
            .build());
  }

  /// Publishes a state row that names the manifest in force.
  ///
  /// @return its sequence
  long reportState(@Nullable DesiredUpdate applied) {
    var manifest = applied == null ? null : dev.tombolo.protocol.id.Digest.of(payload(applied));
    return report(new ReportBody.State(manifest, 1, List.of(), List.of(), Map.of("host", "load")));
  }

  long report(ReportBody body) {
    long sequence = nextSequence++;
    long now = System.currentTimeMillis();
    var row = new Report.Row(sequence, "load", now, now, body);
    publish(Topics.REPORT, Json.write(new Report(incarnation, "load", now, now, List.of(row))));
    return sequence;
  }

  /// Publishes a result for a broker to keep, as its newest on its topic.
  void retain(ReportBody body) {
    long now = System.currentTimeMillis();
    var row = new Report.Row(nextSequence++, "load", now, now, body);
    Report report = new Report(incarnation, "load", now, now, List.of(row));
    publish(Topics.REPORT, Json.write(report), true);
  }

  private void publish(Topics topic, String json) {
    publish(topic, json, false);
  }

  private void publish(Topics topic, String json, boolean retained) {
    ChannelHandlerContext to = context;
    if (to == null) {
      throw new IllegalStateException("not connected");
    }
    ByteBuf payload = Unpooled.wrappedBuffer(json.getBytes(StandardCharsets.UTF_8));
    to.writeAndFlush(
        MqttMessageBuilders.publish()
            .topicName(topic.of(identity.device()))
            .qos(MqttQoS.AT_LEAST_ONCE)
            .retained(retained)
            .messageId(packet())
            .payload(payload)
            .build());
  }

  private int packet() {
    int packet = nextPacket;
    nextPacket = nextPacket == 65535 ? 1 : nextPacket + 1;
    return packet;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext from, MqttMessage message) {
    if (message.decoderResult().isFailure()) {
      fail(from, "undecodable packet: " + message.decoderResult().cause());
      return;
    }
    switch (message.fixedHeader().messageType()) {
      case CONNACK -> connected(from, (MqttConnAckMessage) message);
      case SUBACK -> subscribed();
      case PUBLISH -> arrived(from, (MqttPublishMessage) message);
      case DISCONNECT -> fail(from, "the hub sent DISCONNECT");
      case PUBACK -> listener.taken(this);
      default -> {
        // PINGRESP asks for nothing.
      }
    }
  }

  private void connected(ChannelHandlerContext from, MqttConnAckMessage message) {
    MqttConnectReturnCode code = message.variableHeader().connectReturnCode();
    if (code != MqttConnectReturnCode.CONNECTION_ACCEPTED) {
      fail(from, "CONNACK " + code);
      return;
    }
    MqttProperties.IntegerProperty asked =
        (MqttProperties.IntegerProperty)
            message.variableHeader().properties().getProperty(MqttProperties.SERVER_KEEP_ALIVE);
    long pingMillis = (asked == null ? KEEP_ALIVE_SECONDS : asked.value()) * 500L;
    pings =
        from.executor()
            .scheduleAtFixedRate(
                () -> from.writeAndFlush(PING), pingMillis, pingMillis, TimeUnit.MILLISECONDS);
    var subscribe = MqttMessageBuilders.subscribe().messageId(packet());
    for (Topics topic : List.of(Topics.DESIRED, Topics.ACKED, Topics.ASK)) {
      subscribe.addSubscription(MqttQoS.AT_LEAST_ONCE, topic.of(identity.device()));
    }
    from.writeAndFlush(subscribe.build());
  }

  private void subscribed() {
    var birth =
        new Presence.Birth(
            "load",
            1,
            null,
            0,
            null,
            List.of(),
            null,
            incarnation,
            0,
            "load",
            List.of("v1"),
            System.currentTimeMillis());
    publish(Topics.PRESENCE, Json.write(birth));
    listener.ready(this);
  }

  private void arrived(ChannelHandlerContext from, MqttPublishMessage message) {
    String text = message.payload().toString(StandardCharsets.UTF_8);
    var topic = Topics.parse(message.variableHeader().topicName()).orElseThrow().topic();
    int packet = message.variableHeader().packetId();
    if (message.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE) {
      from.writeAndFlush(
          MqttMessageBuilders.pubAck().packetId(packet).reasonCode((byte) 0).build());
    }
    try {
      switch (topic) {
        case ACKED -> listener.acked(this, Json.read(Acked.class, text, DESIRED_BYTES_MAX));
        case DESIRED ->
            listener.desired(this, Json.read(DesiredUpdate.class, text, DESIRED_BYTES_MAX));
        case ASK, ANSWER, PRESENCE, REPORT -> {
          // The load generator answers no questions.
        }
      }
    } catch (MalformedException e) {
      fail(from, "malformed " + topic + ": " + e.getMessage());
    }
  }

  private void fail(ChannelHandlerContext from, String cause) {
    listener.lost(this, cause);
    from.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    if (pings != null) {
      pings.cancel(false);
    }
    listener.lost(this, "closed by the hub");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    fail(from, String.valueOf(cause));
  }

  static byte[] payload(DesiredUpdate update) {
    return java.util.Base64.getDecoder().decode(update.envelope().payload());
  }
}
