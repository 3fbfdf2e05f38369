package dev.tombolo.agent.loopback;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.http.ServerBounds;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// An HTTP server on 127.0.0.1 for workloads and for people on the device. A result is answered
/// with 202 only when it is in the outbox for good. The port stays the same over restarts, so that
/// workloads which outlive the agent find it again.
public final class LoopbackEndpoint implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LoopbackEndpoint.class.getName());

  static final String PORT_FILE = "loopback.port";

  /// Results that wait for their commit; more are told to come back.
  static final int PENDING_MAX = 64;

  /// A result must fit one report row.
  static final int RESULT_BYTES_MAX = Limits.REPORT_BODY_BYTES_MAX - 1024;

  /// A commit that takes longer has failed, and no workload waits for it any more.
  private static final long ANSWER_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

  /// The agent itself tries to save again after a second first, and each half minute at last.
  private static final int RETRY_SECONDS = 5;

  private static final int THREADS = 2;
  private static final int IDLE_SECONDS = 10;
  private static final long STACK_BYTES = 192 * 1024;

  private final AgentInbox inbox;
  private final Supplier<String> status;
  private final WorkloadSecrets secrets;
  private final HttpServer server;
  private final ThreadPoolExecutor workers;
  private final Map<Long, Waiting> pending = new HashMap<>();
  private long requests;

  /// A workload that waits for its answer.
  private record Waiting(HttpExchange exchange, long sinceNanos) {}

  static {
    // A workload that stops half-way keeps no thread, one that never closes no open file.
    ServerBounds.set();
  }

  /// @param folder keeps the port (`loopback.port`) and the key of the secrets (`loopback.key`)
  /// @param port 0 for the port of the last time, or any free one
  /// @param status JSON for `GET /v1/status`
  public LoopbackEndpoint(AgentInbox inbox, Path folder, int port, Supplier<String> status)
      throws IOException {
    this.inbox = inbox;
    this.status = status;
    secrets = WorkloadSecrets.open(folder.resolve("loopback.key"));
    server = bind(folder.resolve(PORT_FILE), port);
    workers =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            LoopbackEndpoint::thread);
    workers.allowCoreThreadTimeOut(true);
    server.setExecutor(workers);
    server.createContext("/", this::handle);
    server.start();
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "loopback", STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  private static HttpServer bind(Path noted, int wanted) throws IOException {
    int port = wanted > 0 ? wanted : noted(noted);
    HttpServer server;
    try {
      server = HttpServer.create(address(port), 0);
    } catch (BindException e) {
      if (wanted > 0) {
        throw new IOException(
            "loopback.port=" + wanted + " is in use; choose another in agent.properties", e);
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "port {0} is taken; workloads from before must be restarted to hand in results",
          Integer.toString(port));
      server = HttpServer.create(address(0), 0);
    }
    note(noted, server.getAddress().getPort());
    return server;
  }

  /// Only what changed, and aside: a full disk must neither end the agent nor cost it the port that
  /// its workloads know.
  private static void note(Path file, int port) {
    if (noted(file) == port) {
      return;
    }
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.writeString(temporary, Integer.toString(port));
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "port {0} cannot be noted for the next start: {1}",
          Integer.toString(port),
          e.toString());
    }
  }

  static int noted(Path file) {
    try {
      return Math.clamp(Long.parseLong(Files.readString(file).strip()), 0, 65535);
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  private static InetSocketAddress address(int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /// Where this workload hands in results; its path is the workload's secret.
  public String url(Name application) {
    return "http://127.0.0.1:" + port() + "/w/" + secrets.of(application);
  }

  /// The same secret, for an `Authorization: Bearer` header.
  public String token(Name application) {
    return secrets.of(application);
  }

  public void perform(AgentEffect.ResultKept effect) {
    answerLater(effect.request(), 202, "{\"sequence\":" + effect.sequence() + "}");
  }

  /// What is too much stays too much. All else passes: the agent starts, or cannot save now.
  public void perform(AgentEffect.ResultRefused effect) {
    int code = effect.reason() instanceof Reason.LimitExceeded ? 413 : 503;
    answerLater(effect.request(), code, refusal(effect.reason()));
  }

  /// On a worker: the loop does not write to sockets.
  private void answerLater(long request, int code, String json) {
    Waiting waiting;
    synchronized (pending) {
      waiting = pending.remove(request);
    }
    if (waiting != null) {
      if (code == 503) {
        comeAgainIn(RETRY_SECONDS, waiting.exchange());
      }
      workers.execute(() -> answer(waiting.exchange(), code, json));
    }
  }

  private void handle(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    boolean reads = exchange.getRequestMethod().equals("GET");
    if (reads && path.equals("/v1/status")) {
      answer(exchange, 200, status.get());
      return;
    }
    Optional<ResultPath> result = ResultPath.parse(path);
    if (result.isEmpty()) {
      answer(
          exchange,
          404,
          refusal(new Reason.Malformed("path", "use POST /v1/results/CHANNEL or GET /v1/status")));
    } else if (!exchange.getRequestMethod().equals("POST")) {
      answer(exchange, 405, refusal(new Reason.Malformed("method", "use POST")));
    } else {
      take(exchange, result.get());
    }
  }

  private void take(HttpExchange exchange, ResultPath path) {
    Optional<Name> application = secrets.application(secretOf(exchange, path));
    if (application.isEmpty()) {
      answer(exchange, 401, refusal(new Reason.NotAllowed("the workload's secret is wrong")));
      return;
    }
    try {
      byte[] body = exchange.getRequestBody().readNBytes(RESULT_BYTES_MAX + 1);
      if (body.length > RESULT_BYTES_MAX) {
        answer(
            exchange,
            413,
            refusal(new Reason.LimitExceeded("result bytes", RESULT_BYTES_MAX, body.length)));
        return;
      }
      String json = Json.utf8("result", body);
      Json.check("result", json, RESULT_BYTES_MAX);
      Name channel = path.channel().isEmpty() ? application.get() : new Name(path.channel());
      handIn(exchange, channel, json);
    } catch (MalformedException e) {
      answer(exchange, 400, refusal(e.reason()));
    } catch (IOException e) {
      exchange.close();
    }
  }

  private void handIn(HttpExchange exchange, Name channel, String json) {
    long request;
    long now = System.nanoTime();
    synchronized (pending) {
      pending.values().removeIf(each -> isGivenUp(each, now));
      if (pending.size() >= PENDING_MAX) {
        request = 0;
      } else {
        request = ++requests;
        pending.put(request, new Waiting(exchange, now));
      }
    }
    if (request == 0) {
      comeAgainIn(1, exchange);
      answer(exchange, 503, refusal(new Reason.Busy(1)));
    } else {
      inbox.offer(new AgentEvent.ResultHandedIn(request, channel, json));
    }
  }

  private static void comeAgainIn(int seconds, HttpExchange exchange) {
    exchange.getResponseHeaders().set("Retry-After", Integer.toString(seconds));
  }

  private static boolean isGivenUp(Waiting waiting, long nowNanos) {
    boolean over = nowNanos - waiting.sinceNanos() > ANSWER_NANOS_MAX;
    if (over) {
      waiting.exchange().close();
    }
    return over;
  }

  private static String secretOf(HttpExchange exchange, ResultPath path) {
    if (!path.secret().isEmpty()) {
      return path.secret();
    }
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    return header != null && header.startsWith("Bearer ") ? header.substring(7).strip() : "";
  }

  private static String refusal(Reason reason) {
    return Json.write(new Refusal(reason, ReasonText.say(reason)));
  }

  private static void answer(HttpExchange exchange, int code, String json) {
    try (exchange) {
      byte[] body = json.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(code, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "a workload left before its answer: {0}", e.toString());
    }
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }
}
