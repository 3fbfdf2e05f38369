package dev.tombolo.hub.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/// MQTT's byte stream in WebSocket frames. Packets and frames need not be aligned (MQTT 5 s. 6), so
/// pieces of a message are passed on as they come.
final class WebSocketBytes extends ChannelDuplexHandler {
  private final Line line;
  private int earlyPings;

  WebSocketBytes(Line line) {
    this.line = line;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case BinaryWebSocketFrame binary -> ctx.fireChannelRead(binary.content());
      case ContinuationWebSocketFrame more -> ctx.fireChannelRead(more.content());
      case PingWebSocketFrame ping -> pinged(ctx, ping);
      case PongWebSocketFrame pong -> pong.release();
      case CloseWebSocketFrame close -> {
        close.release();
        ctx.close();
      }
      case WebSocketFrame other -> {
        other.release();
        ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.INVALID_MESSAGE_TYPE))
            .addListener(_ -> ctx.close());
      }
      default -> ctx.fireChannelRead(message);
    }
  }

  // While the line takes no bytes none is answered: a later one will be (RFC 6455 s. 5.5.3).
  private void pinged(ChannelHandlerContext ctx, PingWebSocketFrame ping) {
    boolean isEarly = !line.isMqttOpen();
    if (isEarly && ++earlyPings > EdgeBounds.EARLY_PINGS_MAX) {
      ping.release();
      line.abort();
    } else if (ctx.channel().isWritable()) {
      ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
    } else {
      ping.release();
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    ctx.write(
        message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message, promise);
  }
}
