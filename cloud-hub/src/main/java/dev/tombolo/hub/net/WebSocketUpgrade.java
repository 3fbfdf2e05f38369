package dev.tombolo.hub.net;

import dev.tombolo.protocol.Limits;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;

/// Turns an HTTP line into MQTT over WebSocket (RFC 6455; MQTT 5 s. 6). A client without a good
/// certificate is upgraded too, and told by CONNACK: MQTT clients understand that.
final class WebSocketUpgrade {
  private static final String SUBPROTOCOL = "mqtt";

  /// Netty would also shake hands by the drafts before RFC 6455.
  static final String VERSION = "13";

  /// A packet and its frame: our own clients send one packet in a frame.
  private static final int FRAME_BYTES_MAX = Limits.PACKET_BYTES_MAX + 16;

  private static final WebSocketDecoderConfig DECODER =
      WebSocketDecoderConfig.newBuilder()
          .maxFramePayloadLength(FRAME_BYTES_MAX)
          .allowExtensions(false)
          .withUTF8Validator(false)
          .build();

  private WebSocketUpgrade() {}

  static boolean isWanted(HttpRequest request) {
    String protocols = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "");
    boolean mqtt = false;
    for (String protocol : protocols.split(",", 16)) {
      mqtt |= protocol.strip().equals(SUBPROTOCOL);
    }
    return mqtt
        && request.method().equals(HttpMethod.GET)
        && request
            .headers()
            .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && request.headers().contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        && VERSION.equals(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))
        && request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY);
  }

  /// Called with the whole request read, by the handler that goes next.
  static void start(ChannelHandlerContext ctx, HttpRequest request, Line line, Edge edge) {
    String url = "wss://" + request.headers().get(HttpHeaderNames.HOST, "hub") + "/mqtt";
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshaker13(url, SUBPROTOCOL, DECODER);
    FullHttpRequest whole =
        new DefaultFullHttpRequest(
            request.protocolVersion(),
            request.method(),
            request.uri(),
            Unpooled.EMPTY_BUFFER,
            request.headers(),
            EmptyHttpHeaders.INSTANCE);
    ctx.pipeline().addLast(new WebSocketBytes(line), new PacketGate(line, edge));
    handshaker.handshake(ctx.channel(), whole);
  }
}
