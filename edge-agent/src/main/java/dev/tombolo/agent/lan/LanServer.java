package dev.tombolo.agent.lan;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.PeerTls;
import dev.tombolo.agent.http.ServerBounds;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/// Gives the contents of the store, whole or as far as they have come, to the devices that the
/// document in force names. Runs only while there are any; until then it holds its port, so that
/// what the hub is told of it stays true.
public final class LanServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LanServer.class.getName());

  /// Bytes of one answer, so that no answer lasts long.
  static final long SLICE_BYTES = 8 * 1024 * 1024;

  /// Agents of one machine take one port after the other.
  private static final int PORTS_TRIED = 16;

  private static final int PARTIAL = 206;
  private static final int NOTHING_THERE = 416;
  private static final int THREADS = 8;
  private static final int WAITING_MAX = 64;

  /// Who asks while as many do is turned away.
  static final int AT_ONCE_MAX = THREADS + WAITING_MAX;

  private static final int IDLE_SECONDS = 10;
  private static final long STACK_BYTES = 192 * 1024;
  private static final int BUFFER_BYTES = 32 * 1024;
  private static final Pattern CONTENT = Pattern.compile("/v1/content/([0-9a-f]{64})");
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{1,15})-");

  static {
    // A peer that stops half-way keeps no thread.
    ServerBounds.set();
  }

  private final AgentFolders folders;
  private final PeerTls tls;
  private final Map<Digest, PeerStanding> standings = new ConcurrentHashMap<>();
  private volatile Set<Digest> making = Set.of();
  private final ThreadPoolExecutor workers;
  private int port;
  private @Nullable Socket reserved;
  private @Nullable HttpsServer server;

  /// @param wanted the port to begin with; the next ones, then any free one, when it is taken
  public LanServer(AgentFolders folders, PeerTls tls, int wanted) throws IOException {
    this.folders = folders;
    this.tls = tls;
    workers =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            LanServer::thread,
            // The server closes the line of what is not taken: who asked knows at once, and can ask
            // another.
            new ThreadPoolExecutor.AbortPolicy());
    workers.allowCoreThreadTimeOut(true);
    reserve(wanted);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "lan", STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  /// Where this device can be reached by others.
  public synchronized List<String> addresses() throws IOException {
    return LanAddresses.with(port);
  }

  synchronized int port() {
    return port;
  }

  /// Bound, not listening: nobody else gets the port, nobody can connect.
  private void reserve(int wanted) throws IOException {
    for (int next = wanted; next < wanted + PORTS_TRIED && next <= 65_535; next++) {
      if (isReserved(next)) {
        return;
      }
    }
    if (!isReserved(0)) {
      throw new IOException("no port is free for lan.port");
    }
  }

  private boolean isReserved(int candidate) throws IOException {
    Socket socket = new Socket();
    try {
      // Lines that have just ended keep nobody from the port they were on, ...
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(candidate));
      // ... and who reuses addresses, too, does not get it beside us.
      socket.setReuseAddress(false);
      port = socket.getLocalPort();
      reserved = socket;
      return true;
    } catch (BindException e) {
      socket.close();
      return false;
    }
  }

  public synchronized void perform(AgentEffect.ShareWith effect) throws IOException {
    standings.clear();
    making = Set.of();
    if (effect.peers().isEmpty()) {
      if (server != null) {
        server.stop(0);
        server = null;
        reserve(port);
      }
    } else if (server == null) {
      server = started();
    }
  }

  private HttpsServer started() throws IOException {
    Socket held = reserved;
    if (held != null) {
      held.close();
      reserved = null;
    }
    HttpsServer opened;
    try {
      opened = HttpsServer.create(new InetSocketAddress(port), 0);
    } catch (BindException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "port {0} was taken meanwhile; nothing is shared before the agent starts again",
          Integer.toString(port));
      opened = HttpsServer.create(new InetSocketAddress(0), 0);
    }
    opened.setHttpsConfigurator(
        new HttpsConfigurator(tls.context()) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters strict = getSSLContext().getDefaultSSLParameters();
            strict.setProtocols(new String[] {"TLSv1.3"});
            strict.setNeedClientAuth(true);
            parameters.setSSLParameters(strict);
          }
        });
    opened.setExecutor(workers);
    opened.createContext("/", this::handle);
    opened.start();
    return opened;
  }

  public void perform(AgentEffect.TellPeers effect) {
    if (effect.standing() == PeerStanding.HOLDS) {
      standings.remove(effect.content());
    } else {
      standings.put(effect.content(), effect.standing());
    }
  }

  public void perform(AgentEffect.TellMaking effect) {
    making = effect.contents();
  }

  private Optional<PeerStanding> standing(Digest content) {
    PeerStanding told = standings.get(content);
    return told == null && making.contains(content)
        ? Optional.of(PeerStanding.MAKES)
        : Optional.ofNullable(told);
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      answer(exchange);
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "an answer to a peer broke off", e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    if (!isOfPeer(exchange)) {
      refuse(exchange, 403);
      return;
    }
    boolean isGet = exchange.getRequestMethod().equals("GET");
    if (!isGet && !exchange.getRequestMethod().equals("HEAD")) {
      refuse(exchange, 405);
      return;
    }
    Matcher path = CONTENT.matcher(exchange.getRequestURI().getRawPath());
    if (!path.matches()) {
      refuse(exchange, 404);
      return;
    }
    Digest content = Digest.ofHash(java.util.HexFormat.of().parseHex(path.group(1)));
    try (FileChannel part = open(folders.partialFile(content))) {
      if (part != null) {
        give(exchange, part, standing(content).orElse(PeerStanding.HOLDS), isGet);
        return;
      }
    }
    try (FileChannel whole = open(folders.file(content))) {
      Optional<PeerStanding> standing = standing(content);
      if (whole != null) {
        give(exchange, whole, PeerStanding.WHOLE, isGet);
      } else if (standing.isPresent()) {
        tell(exchange, standing.get(), 0);
        exchange.sendResponseHeaders(isGet ? NOTHING_THERE : 200, -1);
      } else {
        refuse(exchange, 404);
      }
    }
  }

  /// The handshake has seen to that; since then the document may name others.
  private boolean isOfPeer(HttpExchange exchange) {
    try {
      return exchange instanceof HttpsExchange secure
          && tls.isPeer(secure.getSSLSession().getPeerCertificates()[0]);
    } catch (SSLPeerUnverifiedException e) {
      return false;
    }
  }

  private static void refuse(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
  }

  private static @Nullable FileChannel open(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static void tell(HttpExchange exchange, PeerStanding standing, long holds) {
    exchange.getResponseHeaders().set("Tombolo-Standing", standing.word());
    exchange.getResponseHeaders().set("Tombolo-Holds", Long.toString(holds));
  }

  private static void give(
      HttpExchange exchange, FileChannel file, PeerStanding standing, boolean isGet)
      throws IOException {
    long holds = file.size();
    tell(exchange, standing, holds);
    if (!isGet) {
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    long from = from(exchange);
    if (from < 0 || from >= holds) {
      exchange.getResponseHeaders().set("Content-Range", "bytes */*");
      exchange.sendResponseHeaders(NOTHING_THERE, -1);
      return;
    }
    long bytes = Math.min(holds - from, SLICE_BYTES);
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes " + from + "-" + (from + bytes - 1) + "/*");
    exchange.sendResponseHeaders(PARTIAL, bytes);
    try (OutputStream out = exchange.getResponseBody()) {
      copy(file, from, bytes, out);
    }
  }

  /// @return -1 when the range is none that is served
  private static long from(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range == null) {
      return 0;
    }
    Matcher asked = RANGE.matcher(range);
    return asked.matches() ? Long.parseLong(asked.group(1)) : -1;
  }

  private static void copy(FileChannel file, long from, long bytes, OutputStream out)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    long at = from;
    while (at < from + bytes) {
      buffer.clear().limit((int) Math.min(BUFFER_BYTES, from + bytes - at));
      int read = file.read(buffer, at);
      if (read < 0) {
        throw new IOException("the part was begun anew");
      }
      out.write(buffer.array(), 0, read);
      at += read;
    }
  }

  @Override
  public synchronized void close() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
    Socket held = reserved;
    if (held != null) {
      try {
        held.close();
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, "port", e);
      }
    }
    workers.shutdownNow();
  }
}
