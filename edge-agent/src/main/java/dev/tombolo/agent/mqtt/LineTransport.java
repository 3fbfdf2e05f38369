package dev.tombolo.agent.mqtt;

import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.protocol.Limits;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.jspecify.annotations.Nullable;

/// The bytes between Paho and the hub: one TCP connection, through a proxy if need be, TLS on it,
/// and a WebSocket in that. Paho's own WebSocket gives up on a frame that stalls for a second, on a
/// ping and on a continuation; this one does not.
final class LineTransport implements NetworkModule {
  private static final int BUFFER_BYTES = 4 * 1024;
  private static final int CLOSE_WAIT_MILLIS = 300;
  private static final long STACK_BYTES = 128 * 1024;

  private final LinkUrl url;
  private final TlsSource tls;
  private final LinkSettings settings;
  private final SecureRandom random = new SecureRandom();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final long startedNanos = System.nanoTime();
  private volatile @Nullable WatchedSocket socket;
  private volatile @Nullable SSLSocket tlsSocket;
  private volatile @Nullable FrameWriter frames;
  private volatile @Nullable PacketInput packets;

  LineTransport(LinkUrl url, TlsSource tls, LinkSettings settings) {
    this.url = url;
    this.tls = tls;
    this.settings = settings;
  }

  @Override
  public void start() throws IOException {
    // First: it may ask the hub for the time, and the hub does not wait long for a handshake.
    SSLSocketFactory sockets = tls.sockets();
    int stallMillis = Math.toIntExact(settings.stall().toMillis());
    WatchedSocket raw = connect(stallMillis);
    raw.setSoTimeout(stallMillis);
    if (settings.proxy().isPresent()) {
      HttpProxy.tunnel(raw, settings.proxy().get(), url.authority());
    }
    SSLSocket secured = (SSLSocket) sockets.createSocket(raw, url.host(), url.port(), true);
    tlsSocket = secured;
    secured.startHandshake();
    InputStream in = new BufferedInputStream(secured.getInputStream(), BUFFER_BYTES);
    OutputStream out = secured.getOutputStream();
    if (url.webSocket()) {
      WebSocketUpgrade.perform(url, in, out, random);
    }
    FrameWriter writer = new FrameWriter(out, url.webSocket(), random);
    int packetBytesMax = Limits.PACKET_BYTES_MAX;
    InputStream payload =
        url.webSocket() ? new WebSocketInput(in, writer, packetBytesMax + BUFFER_BYTES) : in;
    packets = new PacketInput(payload, packetBytesMax);
    frames = writer;
    raw.setSoTimeout(0);
  }

  /// Tries every address of the name in turn.
  private WatchedSocket connect(int timeoutMillis) throws IOException {
    InetSocketAddress first =
        settings
            .proxy()
            .orElseGet(() -> InetSocketAddress.createUnresolved(url.host(), url.port()));
    IOException failure = new IOException("no address for " + first.getHostString());
    for (InetAddress address : InetAddress.getAllByName(first.getHostString())) {
      WatchedSocket raw = new WatchedSocket();
      raw.setTcpNoDelay(true);
      raw.setKeepAlive(true);
      socket = raw;
      if (stopped.get()) {
        raw.close();
        throw new SocketException("the line was closed while it opened");
      }
      try {
        raw.connect(new InetSocketAddress(address, first.getPort()), timeoutMillis);
        return raw;
      } catch (IOException e) {
        raw.close();
        failure = e;
      }
    }
    throw failure;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    PacketInput in = packets;
    if (in == null) {
      throw new SocketException("the line is not open");
    }
    return in;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return new PacketOutput(writer());
  }

  /// Sends an MQTT PINGREQ.
  void ping() throws IOException {
    writer().ping();
  }

  private FrameWriter writer() throws IOException {
    FrameWriter writer = frames;
    if (writer == null) {
      throw new SocketException("the line is not open");
    }
    return writer;
  }

  /// By [System#nanoTime()]; the start while nothing came yet.
  long lastReadNanos() {
    WatchedSocket raw = socket;
    return raw == null ? startedNanos : raw.lastReadNanos();
  }

  /// By [System#nanoTime()]; the start while nothing was sent yet.
  long lastWriteNanos() {
    FrameWriter writer = frames;
    return writer == null ? startedNanos : writer.lastWriteNanos();
  }

  /// What the hub last said of the line as a whole.
  @Nullable HubWord word() {
    PacketInput in = packets;
    return in == null ? null : in.word();
  }

  /// Ends every read and write at once.
  void cut() {
    stopped.set(true);
    closeQuietly(socket);
  }

  /// Gives TLS a moment to say good-bye, which on a full send buffer it could not, then cuts.
  @Override
  public void stop() {
    if (!stopped.compareAndSet(false, true)) {
      closeQuietly(socket);
      return;
    }
    SSLSocket secured = tlsSocket;
    if (secured != null) {
      Thread closing = new Thread(null, () -> closeQuietly(secured), "link-close", STACK_BYTES);
      closing.setDaemon(true);
      closing.start();
      try {
        closing.join(CLOSE_WAIT_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    closeQuietly(socket);
  }

  @Override
  public String getServerURI() {
    return (url.webSocket() ? "wss://" : "mqtts://") + url.authority();
  }

  private static void closeQuietly(@Nullable Socket socket) {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is closed all the same: the descriptor is given back before this can be thrown.
      }
    }
  }
}
