package dev.tombolo.hub.net;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The one port that devices need: MQTT 5, enrolment, downloads. Bound first, so that the port is
/// known, and opened when the rest of the hub runs.
public final class EdgePort implements AutoCloseable {
  private static final int BACKLOG = 4_096;
  private static final WriteBufferWaterMark WATER = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private final EdgeSettings settings;
  private final String rootPem;
  private volatile EdgeTls tls;
  private final EdgeCounters counters = new EdgeCounters();
  private final EventLoopGroup loops;
  private final Map<EventLoop, LineSweep> sweeps = new IdentityHashMap<>();
  private final Channel server;
  private @Nullable Edge edge;

  private EdgePort(EdgeSettings settings, EdgeTls tls, String rootPem) throws IOException {
    this.settings = settings;
    this.rootPem = rootPem;
    this.tls = tls;
    boolean isNative = Epoll.isAvailable();
    this.loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            isNative ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    Class<? extends ServerChannel> type =
        isNative ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
            .handler(new AcceptGate(settings.acceptsPerSecond(), counters))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    begin(channel);
                  }
                });
    ChannelFuture bound =
        bootstrap
            .bind(new InetSocketAddress(settings.bind(), settings.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loops.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw notBound(settings, bound.cause());
    }
    this.server = bound.channel();
  }

  /// Takes the port; nobody is let in before [#open].
  ///
  /// @param rootPem the root that devices may download, PEM
  /// @throws IOException when the port is taken, saying so
  public static EdgePort bind(EdgeSettings settings, EdgeTls tls, String rootPem)
      throws IOException {
    return new EdgePort(settings, tls, rootPem);
  }

  private static IOException notBound(EdgeSettings settings, @Nullable Throwable cause) {
    // With epoll, Netty's own exception in the operating system's words instead of the JDK's.
    String words = String.valueOf(cause == null ? null : cause.getMessage());
    String what =
        cause instanceof BindException || words.contains("in use")
            ? "is in use; stop the other program or choose another port with --edge-port"
            : "cannot be opened: " + words;
    return new IOException(
        "edge.port: " + settings.bind() + ":" + settings.port() + " " + what, cause);
  }

  /// The port in use.
  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /// Shows another certificate to those who come from now on; lines that are up stay up.
  public void renew(EdgeTls next) {
    tls = next;
  }

  /// Lets devices in.
  public void open(EdgeServices services) {
    edge = new Edge(settings, services, rootPem, counters);
    for (EventExecutor executor : loops) {
      EventLoop loop = (EventLoop) executor;
      sweeps.put(loop, new LineSweep(loop, services.inbox(), counters));
    }
    server.config().setAutoRead(true);
  }

  private void begin(Channel channel) {
    LineSweep sweep = sweeps.get(channel.eventLoop());
    if (edge == null || sweep == null) {
      throw new IllegalStateException("a connection before the port was opened");
    }
    Line line = new Line(sweep, counters);
    channel.pipeline().addLast(line, tls.newHandler(channel.alloc()), new FirstByte(line, edge));
  }

  public EdgeCounters counters() {
    return counters;
  }

  /// False when the session is not, or no longer, one of this port.
  public boolean execute(HubEffect.ToSession effect) {
    MqttSession session = opened().sessions().get(effect.session());
    if (session == null) {
      return false;
    }
    session.execute(effect);
    return true;
  }

  public void answer(HubEffect.EnrolGranted granted) {
    opened().requests().answer(granted.request(), granted);
  }

  public void answer(HubEffect.RenewGranted granted) {
    opened().requests().answer(granted.request(), granted);
  }

  public void answer(HubEffect.RequestRefused refused) {
    opened().requests().answer(refused.request(), refused);
  }

  /// Closes every line of a device, whatever it is doing and whichever certificate it came with.
  public void expel(DeviceId device, Reason reason) {
    sweeps.forEach(
        (loop, sweep) ->
            loop.execute(
                () ->
                    sweep.forEach(
                        line -> {
                          if (line.peer()
                              .filter(peer -> peer.device().equals(device))
                              .isPresent()) {
                            line.dismiss(reason);
                          }
                        })));
  }

  /// Says good-bye to every device, and stops.
  @Override
  public void close() {
    server.close().awaitUninterruptibly();
    if (edge != null) {
      List.copyOf(edge.sessions().values()).forEach(MqttSession::shutDown);
    }
    loops
        .shutdownGracefully(100, 3_000, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  /// Lines of those who have shown no certificate that is served.
  int strangers() {
    return opened().strangers().size();
  }

  private Edge opened() {
    return Objects.requireNonNull(edge, "the port is not open yet");
  }
}
