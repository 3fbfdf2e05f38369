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
import org.jspecify.annotations.Nullable;

/// Lets packets through to the MQTT decoder whole and one by one, first a CONNECT of bounded size.
/// The decoder's own bound is the larger one of all later packets, and holds for what a packet says
/// of its length, not for what the texts in it say of theirs: it would wait for the rest of such a
/// text, and make room for it anew at each piece that comes.
final class PacketGate extends ByteToMessageDecoder {
  private static final int CONNECT = 0x10;
  private static final byte CONNACK = 0x20;
  private static final int LENGTH_BYTES_MAX = 4;
  private static final Reason BEYOND =
      new Reason.Malformed("MQTT packet", "a part of it reaches beyond its end");

  private final Line line;
  private final Edge edge;

  /// Null before the CONNECT.
  private @Nullable MqttSession session;

  private boolean isRefused;

  /// Something since the last read was complete.
  private boolean hasPassed;

  PacketGate(Line line, Edge edge) {
    this.line = line;
    this.edge = edge;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    MqttSession open = session;
    if (isRefused || (open != null && open.isClosed())) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (!in.isReadable()) {
      return;
    }
    int at = in.readerIndex();
    if (open == null && in.getUnsignedByte(at) != CONNECT) {
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
        if (open == null) {
          connect(ctx, in, i + 2, length);
        } else {
          pass(ctx, in, i + 2, length, open);
        }
        return;
      }
    }
    if (open == null) {
      refuse(ctx, in, ReasonCodes.MALFORMED_PACKET, new Reason.Malformed("CONNECT", "its length"));
    } else {
      // The decoder says what is wrong with it.
      passAll(ctx, in);
    }
  }

  private void connect(ChannelHandlerContext ctx, ByteBuf in, int head, int length) {
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
    MqttSession made = new MqttSession(line, edge);
    ctx.pipeline().addLast(new MqttDecoder(Limits.PACKET_BYTES_MAX), MqttEncoder.INSTANCE, made);
    pass(ctx, in.readRetainedSlice(head + length));
    if (made.isConnecting()) {
      refuse(
          ctx,
          in,
          ReasonCodes.MALFORMED_PACKET,
          new Reason.Malformed("CONNECT", "a part of it reaches beyond its end"));
      return;
    }
    session = made;
  }

  private void pass(ChannelHandlerContext ctx, ByteBuf in, int head, int length, MqttSession open) {
    if (length > Limits.PACKET_BYTES_MAX) {
      passAll(ctx, in);
      return;
    }
    if (in.readableBytes() < head + length) {
      return;
    }
    long before = open.packetsRead();
    pass(ctx, in.readRetainedSlice(head + length));
    if (open.packetsRead() == before) {
      isRefused = true;
      in.skipBytes(in.readableBytes());
      open.refusePacket(BEYOND);
    }
  }

  private void pass(ChannelHandlerContext ctx, ByteBuf packet) {
    hasPassed = true;
    ctx.fireChannelRead(packet);
  }

  /// As the class above does it, which does not know what was passed past its list: who has had a
  /// packet and does not want more for now, is not read for.
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    discardSomeReadBytes();
    if (!hasPassed && !ctx.channel().config().isAutoRead()) {
      ctx.read();
    }
    hasPassed = false;
    ctx.fireChannelReadComplete();
  }

  /// It is refused by the decoder, and nothing after it is looked at.
  private void passAll(ChannelHandlerContext ctx, ByteBuf in) {
    isRefused = true;
    pass(ctx, in.readRetainedSlice(in.readableBytes()));
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
