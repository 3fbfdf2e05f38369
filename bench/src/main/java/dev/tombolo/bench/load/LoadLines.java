package dev.tombolo.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.MessageToMessageCodec;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLException;

/// Real lines to a hub or a broker: TCP, TLS 1.3 with the device's own certificate, MQTT 5. One
/// event loop, so that the load generator takes one core at the most.
final class LoadLines implements AutoCloseable {
  /// What carries MQTT inside of TLS.
  enum Transport {
    /// As agents come.
    WEBSOCKET,

    /// MQTT straight over TLS, as any MQTT client may come.
    PLAIN
  }

  private static final int HANDSHAKES_AT_ONCE = 64;
  private static final int PACKET_BYTES_MAX = 256 * 1024;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final Semaphore handshakes = new Semaphore(HANDSHAKES_AT_ONCE);
  private final String host;
  private final int port;
  private final X509Certificate root;
  private final Transport transport;

  LoadLines(String host, int port, X509Certificate root, Transport transport) {
    this.host = host;
    this.port = port;
    this.root = root;
    this.transport = transport;
  }

  /// Begins to connect; blocks while too many handshakes are under way. The device's listener hears
  /// the rest.
  Channel connect(LoadDevice device) throws InterruptedException, SSLException {
    LoadIdentity identity = device.identity();
    SslContext tls =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.OPENSSL)
            .protocols("TLSv1.3")
            .keyManager(identity.key(), identity.chain())
            .trustManager(root)
            .build();
    handshakes.acquire();
    return new Bootstrap()
        .group(group)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(new Opening(device, tls))
        .connect(host, port)
        .sync()
        .channel();
  }

  @Override
  public void close() throws InterruptedException {
    group.shutdownGracefully(0, 5, java.util.concurrent.TimeUnit.SECONDS).sync();
  }

  private final class Opening extends ChannelInitializer<SocketChannel> {
    private final LoadDevice device;
    private final SslContext tls;

    Opening(LoadDevice device, SslContext tls) {
      this.device = device;
      this.tls = tls;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
      Begin begin = new Begin(device);
      channel.pipeline().addLast(tls.newHandler(channel.alloc(), host, port));
      if (transport == Transport.WEBSOCKET) {
        var webSocket =
            WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(URI.create("wss://" + host + ":" + port + "/mqtt"))
                .subprotocol("mqtt")
                .maxFramePayloadLength(PACKET_BYTES_MAX + 1024)
                .customHeaders(new DefaultHttpHeaders())
                .build();
        channel
            .pipeline()
            .addLast(new HttpClientCodec())
            .addLast(new HttpObjectAggregator(8192))
            .addLast(new WebSocketClientProtocolHandler(webSocket))
            .addLast(new FrameCodec());
      }
      channel
          .pipeline()
          .addLast(new MqttDecoder(PACKET_BYTES_MAX))
          .addLast(MqttEncoder.INSTANCE)
          .addLast(begin)
          .addLast(device);
      channel.closeFuture().addListener(closed -> begin.release());
    }
  }

  private final class Begin extends ChannelInboundHandlerAdapter {
    private final LoadDevice device;
    private boolean isReleased;

    Begin(LoadDevice device) {
      this.device = device;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      if (isOpen(event)) {
        release();
        device.begin(context.pipeline().context(device));
        context.pipeline().remove(this);
      }
      super.userEventTriggered(context, event);
    }

    private boolean isOpen(Object event) {
      return switch (transport) {
        case WEBSOCKET -> event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE;
        case PLAIN -> event instanceof SslHandshakeCompletionEvent done && done.isSuccess();
      };
    }

    /// Gives the handshake's place to the next one. On the event loop only.
    void release() {
      if (!isReleased) {
        isReleased = true;
        handshakes.release();
      }
    }
  }

  /// MQTT's bytes in binary frames.
  private static final class FrameCodec extends MessageToMessageCodec<WebSocketFrame, ByteBuf> {
    @Override
    protected void encode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
      out.add(new BinaryWebSocketFrame(bytes.retain()));
    }

    @Override
    protected void decode(ChannelHandlerContext context, WebSocketFrame frame, List<Object> out) {
      out.add(frame.content().retain());
    }
  }
}
