package dev.tombolo.hub.mqtt;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubAckMessage;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A broker of one client, the hub: shows what it is told and says what the test wants.
final class TestBroker implements AutoCloseable {
  static final long WAIT_SECONDS = 120;

  final BlockingQueue<Published> published = new LinkedBlockingQueue<>();
  final BlockingQueue<Integer> acknowledged = new LinkedBlockingQueue<>();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel server;
  private final CompletableFuture<Channel> client = new CompletableFuture<>();

  /// What the hub has published.
  record Published(String topic, String text, boolean isRetained) {}

  TestBroker() throws InterruptedException {
    server =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(new MqttDecoder(1 << 20), MqttEncoder.INSTANCE, new Answers());
                  }
                })
            .bind(new InetSocketAddress("127.0.0.1", 0))
            .sync()
            .channel();
  }

  URI url() {
    return URI.create("mqtt://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort());
  }

  /// Sends the hub a message with QoS 1, once the hub has subscribed.
  void say(String topic, String text, int packet, boolean isRetained) throws Exception {
    MqttMessage message =
        new MqttPublishMessage(
            new MqttFixedHeader(
                MqttMessageType.PUBLISH, false, MqttQoS.AT_LEAST_ONCE, isRetained, 0),
            new MqttPublishVariableHeader(topic, packet, MqttProperties.NO_PROPERTIES),
            Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    client.get(WAIT_SECONDS, TimeUnit.SECONDS).writeAndFlush(message).sync();
  }

  @Override
  public void close() throws InterruptedException {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  private final class Answers extends SimpleChannelInboundHandler<MqttMessage> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, MqttMessage message) {
      switch (message.fixedHeader().messageType()) {
        case CONNECT ->
            ctx.writeAndFlush(
                new MqttConnAckMessage(
                    header(MqttMessageType.CONNACK),
                    new MqttConnAckVariableHeader(
                        MqttConnectReturnCode.CONNECTION_ACCEPTED,
                        false,
                        MqttProperties.NO_PROPERTIES)));
        case SUBSCRIBE -> {
          MqttSubscribeMessage asked = (MqttSubscribeMessage) message;
          List<Integer> granted =
              asked.payload().topicSubscriptions().stream().map(_ -> 1).toList();
          ctx.writeAndFlush(
              new MqttSubAckMessage(
                  header(MqttMessageType.SUBACK),
                  new MqttMessageIdAndPropertiesVariableHeader(
                      asked.variableHeader().messageId(), MqttProperties.NO_PROPERTIES),
                  new MqttSubAckPayload(granted)));
          client.complete(ctx.channel());
        }
        case PUBLISH -> {
          MqttPublishMessage said = (MqttPublishMessage) message;
          ctx.writeAndFlush(
              new MqttPubAckMessage(
                  header(MqttMessageType.PUBACK),
                  new MqttPubReplyMessageVariableHeader(
                      said.variableHeader().packetId(), (byte) 0, MqttProperties.NO_PROPERTIES)));
          published.add(
              new Published(
                  said.variableHeader().topicName(),
                  said.payload().toString(StandardCharsets.UTF_8),
                  said.fixedHeader().isRetain()));
        }
        case PUBACK ->
            acknowledged.add(((MqttMessageIdVariableHeader) message.variableHeader()).messageId());
        default -> {}
      }
    }

    private static MqttFixedHeader header(MqttMessageType type) {
      return new MqttFixedHeader(type, false, MqttQoS.AT_MOST_ONCE, false, 0);
    }
  }
}
