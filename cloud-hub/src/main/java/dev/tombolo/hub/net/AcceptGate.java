package dev.tombolo.hub.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/// Lets connections in no faster than agreed, and none while too many are half open. Those not yet
/// let in wait in the kernel's queue: a storm becomes a line of people instead of a crowd.
final class AcceptGate extends ChannelInboundHandlerAdapter {
  private static final long PAUSE_MILLIS = 20;

  private final EdgeCounters counters;
  private final TokenBucket rate;

  AcceptGate(int perSecond, EdgeCounters counters) {
    this.counters = counters;
    this.rate = new TokenBucket(perSecond, perSecond / 4.0, nowMillis());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    counters.accepts.increment();
    boolean fast = !rate.take(nowMillis());
    boolean crowded = counters.halfOpen.get() >= EdgeBounds.HALF_OPEN_MAX;
    if ((fast || crowded) && ctx.channel().config().isAutoRead()) {
      ctx.channel().config().setAutoRead(false);
      long pause = Math.max(PAUSE_MILLIS, rate.waitMillis());
      ctx.executor()
          .schedule(() -> ctx.channel().config().setAutoRead(true), pause, TimeUnit.MILLISECONDS);
    }
    ctx.fireChannelRead(message);
  }

  // Too many open files, mostly: take a breath, as Netty's own handler would.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (ctx.channel().config().isAutoRead()) {
      ctx.channel().config().setAutoRead(false);
      ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), 1, TimeUnit.SECONDS);
    }
  }

  private static long nowMillis() {
    return System.nanoTime() / 1_000_000;
  }
}
