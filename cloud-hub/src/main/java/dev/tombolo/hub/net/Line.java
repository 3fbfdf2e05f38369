package dev.tombolo.hub.net;

import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.RemoteNetwork;
import dev.tombolo.protocol.reason.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One TCP connection: stands first in the pipeline, sees raw bytes, and holds the one deadline
/// that is running for it. Whoever runs the protocol sets the deadline and says what happens then.
/// Used by its event loop only.
final class Line extends ChannelDuplexHandler {
  private static final Logger LOG = System.getLogger(Line.class.getName());

  private final LineSweep sweep;
  private final EdgeCounters counters;
  private Optional<PeerIdentity> peer = Optional.empty();
  private String remote = "";
  private String network = "";
  private long receivedAtMillis;
  private long deadlineMillis = Long.MAX_VALUE;
  private Runnable atDeadline = () -> {};
  private boolean halfOpen;
  private volatile boolean speaksMqtt;
  private boolean isHeld;
  private boolean isChoked;
  private @Nullable Runnable onSweep;
  private Runnable onEnd = () -> {};
  private @Nullable Consumer<Reason> onDismissal;
  private @Nullable ChannelHandlerContext context;

  Line(LineSweep sweep, EdgeCounters counters) {
    this.sweep = sweep;
    this.counters = counters;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    if (ctx.channel().remoteAddress() instanceof InetSocketAddress address) {
      String host = address.getAddress().getHostAddress();
      network = RemoteNetwork.of(host);
      remote = (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
    receivedAtMillis = sweep.nowMillis();
    halfOpen = true;
    counters.halfOpen.incrementAndGet();
    counters.lines.incrementAndGet();
    sweep.add(this);
    deadline(EdgeBounds.HANDSHAKE_MILLIS, this::abort);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    receivedAtMillis = sweep.nowMillis();
    if (message instanceof ByteBuf bytes) {
      counters.bytesIn.add(bytes.readableBytes());
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      counters.bytesOut.add(bytes.readableBytes());
    }
    ctx.write(message, promise);
  }

  // Who does not read is not read: else the answers to what it goes on saying would pile up here.
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    isChoked = !ctx.channel().isWritable();
    pace();
    ctx.fireChannelWritabilityChanged();
  }

  /// Reads nothing more until [#release].
  void hold() {
    isHeld = true;
    pace();
  }

  void release() {
    isHeld = false;
    pace();
  }

  /// True while nothing is read, for whatever cause.
  boolean isPaused() {
    return isHeld || isChoked;
  }

  private void pace() {
    if (context != null) {
      context.channel().config().setAutoRead(!isPaused());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    settled();
    counters.lines.decrementAndGet();
    onEnd.run();
    sweep.remove(this);
    ctx.fireChannelInactive();
  }

  /// Called when the peer has shown what it wants: it no longer counts as half open.
  void settled() {
    if (halfOpen) {
      halfOpen = false;
      counters.halfOpen.decrementAndGet();
    }
  }

  /// Called when the hub has let a device in by MQTT.
  void mqttIsOpen() {
    speaksMqtt = true;
  }

  boolean isMqttOpen() {
    return speaksMqtt;
  }

  /// Replaces the running deadline.
  void deadline(long inMillis, Runnable then) {
    deadlineMillis = sweep.nowMillis() + inMillis;
    atDeadline = then;
  }

  void noDeadline() {
    deadlineMillis = Long.MAX_VALUE;
  }

  /// Runs at each sweep while the line is up; for work that waits for room elsewhere.
  void onSweep(Runnable task) {
    onSweep = task;
  }

  void swept(long nowMillis) {
    if (onSweep != null) {
      onSweep.run();
    }
    if (nowMillis >= deadlineMillis) {
      deadlineMillis = Long.MAX_VALUE;
      atDeadline.run();
    }
  }

  /// Runs when the line is gone.
  void onEnd(Runnable task) {
    onEnd = task;
  }

  void identified(Optional<PeerIdentity> identity) {
    peer = identity;
  }

  Optional<PeerIdentity> peer() {
    return peer;
  }

  /// Address and port, for the audit; IPv6 in brackets.
  String remote() {
    return remote;
  }

  /// Whom limits count it for.
  String network() {
    return network;
  }

  long receivedAtMillis() {
    return receivedAtMillis;
  }

  /// Hands in an event that ends something, even when the inbox is full just now.
  void offerSurely(HubEvent event) {
    sweep.offerSurely(event);
  }

  long nowMillis() {
    return sweep.nowMillis();
  }

  /// Who closes the line with a word when it must end; without one it is just closed.
  void onDismissal(Consumer<Reason> word) {
    onDismissal = word;
  }

  void dismiss(Reason reason) {
    if (onDismissal == null) {
      abort();
    } else {
      onDismissal.accept(reason);
    }
  }

  /// After the last word: ends our side of the line, so that the peer sees the end behind it, and
  /// reads on until the peer ends its own, for a moment. Closing at once, with bytes unread, would
  /// make the kernel reset the line and lose the last word.
  void farewell() {
    deadline(EdgeBounds.FAREWELL_MILLIS, this::abort);
    if (context == null) {
      return;
    }
    Channel channel = context.channel();
    release();
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null && channel instanceof DuplexChannel duplex) {
      tls.closeOutbound().addListener(_ -> duplex.shutdownOutput());
    }
  }

  /// Tells a fault of ours from a line that broke and from bytes that no decoder takes: only the
  /// first is worth a look.
  void failed(Throwable cause) {
    Throwable deepest = cause;
    while (deepest instanceof CodecException && deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    if (!(deepest instanceof IOException || deepest instanceof CodecException)) {
      counters.faults.increment();
      LOG.log(Level.ERROR, "a line failed and is closed: " + remote, cause);
    }
  }

  /// Closes without a word.
  void abort() {
    if (context != null) {
      context.channel().close();
    }
  }
}
