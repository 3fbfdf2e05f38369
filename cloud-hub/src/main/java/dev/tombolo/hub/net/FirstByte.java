package dev.tombolo.hub.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;

/// After the handshake, tells plain MQTT from HTTP: no HTTP method begins with 0x10, and every MQTT
/// connection does.
final class FirstByte extends ByteToMessageDecoder {
  private static final int CONNECT = 0x10;

  private final Line line;
  private final Edge edge;

  FirstByte(Line line, Edge edge) {
    this.line = line;
    this.edge = edge;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        edge.counters().handshakes.increment();
        line.identified(EdgeTls.peerOf(ctx.pipeline().get(SslHandler.class).engine()));
        line.deadline(EdgeBounds.OPENING_MILLIS, line::abort);
        count();
      } else {
        edge.counters().handshakesFailed.increment();
        line.abort();
      }
    }
    super.userEventTriggered(ctx, event);
  }

  /// A certificate that was revoked, replaced or has run out is still told why, and may recover;
  /// but it gets no more room than none.
  private void count() {
    if (edge.isStranger(line)) {
      edge.strangers().add(line, line.network());
      line.onEnd(() -> edge.strangers().remove(line));
    } else {
      line.peer()
          .map(PeerIdentity::device)
          .ifPresent(
              device -> {
                edge.deviceLines().add(device, line);
                line.onEnd(() -> edge.deviceLines().remove(device, line));
              });
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (!in.isReadable()) {
      return;
    }
    ChannelPipeline pipeline = ctx.pipeline();
    if (in.getByte(in.readerIndex()) == CONNECT) {
      pipeline.addLast(new PacketGate(line, edge));
    } else {
      pipeline.addLast(
          new HttpServerCodec(
              new HttpDecoderConfig()
                  .setMaxInitialLineLength(EdgeBounds.HTTP_LINE_BYTES_MAX)
                  .setMaxHeaderSize(EdgeBounds.HTTP_HEADER_BYTES_MAX)),
          new HttpRoutes(line, edge));
    }
    pipeline.remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A broken handshake or line: nobody there to tell.
    line.failed(cause);
    ctx.close();
  }
}
