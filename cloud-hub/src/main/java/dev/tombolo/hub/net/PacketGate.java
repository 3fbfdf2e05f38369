package dev.tombolo.hub.net;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.reason.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import java.util.List;

/// Lets only a CONNECT of bounded size through to the MQTT decoder, and whole: the decoder's own
/// bound is the larger one of all later packets, and holds for what a packet says of its length,
/// not for what the texts in it say of theirs.
final class ConnectGate extends ByteToMessageDecoder {
  private static final int CONNECT = 0x10;
  private static final byte CONNACK = 0x20;
  private static final int LENGTH_BYTES_MAX = 4;

  private final Line line;
  private final Edge edge;
  private boolean isRefused;

  ConnectGate(Line line, Edge edge) {
    this.line = line;
    this.edge = edge;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (isRefused) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (!in.isReadable()) {
      return;
    }
    int at = in.readerIndex();
    if (in.getUnsignedByte(at) != CONNECT) {
      edge.violations()
          .report(
              line.peer().map(PeerIdentity::device),
              line.remote(),
              "first packet",
              new Reason.Malformed("MQTT connection", "does not begin with CONNECT"));
      in.skipBytes(in.readableBytes());
      ctx.close();
      return;
    }
    int length = 0;
    for (int i = 0; i < LENGTH_BYTES_MAX; i++) {
      if (in.readableBytes() < i + 2) {
        return;
      }
      int digit = in.getUnsignedByte(at + 1 + i);
      length |= (digit & 0x7f) << (7 * i);
      if ((digit & 0x80) == 0) {
        pass(ctx, in, i + 2, length);
        return;
      }
    }
    refuse(ctx, in, ReasonCodes.MALFORMED_PACKET, new Reason.Malformed("CONNECT", "its length"));
  }

  private void pass(ChannelHandlerContext ctx, ByteBuf in, int head, int length) {
    if (length > Limits.CONNECT_BYTES_MAX) {
      refuse(
          ctx,
          in,
          ReasonCodes.PACKET_TOO_LARGE,
          new Reason.LimitExceeded("connectBytes", Limits.CONNECT_BYTES_MAX, length));
      return;
    }
    if (in.readableBytes() < head + length) {
      return;
    }
    MqttSession session = new MqttSession(line, edge);
    ctx.pipeline().addLast(new MqttDecoder(Limits.PACKET_BYTES_MAX), MqttEncoder.INSTANCE, session);
    ctx.fireChannelRead(in.readRetainedSlice(head + length));
    if (session.isConnecting()) {
      // The decoder waits for the rest of a text that is said to be longer than the packet, and
      // would
      // begin anew at each byte.
      refuse(
          ctx,
          in,
          ReasonCodes.MALFORMED_PACKET,
          new Reason.Malformed("CONNECT", "a part of it reaches beyond its end"));
      return;
    }
    ctx.pipeline().remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    line.failed(cause);
    ctx.close();
  }

  // Encoded by hand: the encoder does not know yet that this is MQTT 5.
  private void refuse(ChannelHandlerContext ctx, ByteBuf in, int code, Reason reason) {
    edge.violations()
        .report(line.peer().map(PeerIdentity::device), line.remote(), "CONNECT", reason);
    edge.counters().connectsRefused.increment();
    isRefused = true;
    in.skipBytes(in.readableBytes());
    ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {CONNACK, 3, 0, (byte) code, 0}));
    line.farewell();
  }
}
