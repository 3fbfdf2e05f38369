package dev.tombolo.bench.embedding;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Turns sentences into vectors on 127.0.0.1. `POST /embed` with a text answers a JSON array; `GET
/// /healthz` tells the digest of the model it has really loaded. `EmbeddingService --port 8000
/// --model model.onnx --tokenizer tokenizer.json --release DIGEST [--results URL]`
public final class EmbeddingService {
  private static final int TEXT_BYTES_MAX = 64 * 1024;
  private static final int RESULT_SECONDS = 2;

  private final SentenceModel model;
  private final String release;
  private final AtomicLong texts = new AtomicLong();

  private EmbeddingService(SentenceModel model, String release) {
    this.model = model;
    this.release = release;
  }

  /// Ends the process on any failure: the port is open by then and its thread would live on.
  public static void main(String[] arguments) {
    try {
      start(Options.parse(arguments));
    } catch (IOException | RuntimeException | LinkageError e) {
      System.out.println("embedding service: " + e);
      System.exit(1);
    }
  }

  /// The port is taken first: a clash shows before the model's slow load.
  private static void start(Options options) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress("127.0.0.1", options.port("port")), 0);
    SentenceModel model =
        SentenceModel.load(Path.of(options.text("model")), Path.of(options.text("tokenizer")));
    var service = new EmbeddingService(model, options.text("release"));
    service.serve(server);
    service.handInResults(options.text("results", ""));
    System.out.println("serving model " + model.digest() + " on " + server.getAddress());
  }

  private void serve(HttpServer server) {
    server.createContext("/healthz", exchange -> answer(exchange, 200, health()));
    server.createContext("/embed", this::embed);
    server.setExecutor(Executors.newFixedThreadPool(2));
    server.start();
  }

  private String health() {
    return """
        {"status":"serving","model":"%s","release":"%s","pid":%d,"texts":%d}
        """
        .formatted(model.digest(), release, ProcessHandle.current().pid(), texts.get());
  }

  private void embed(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(TEXT_BYTES_MAX + 1);
    if (!exchange.getRequestMethod().equals("POST") || body.length == 0) {
      answer(exchange, 400, "POST a text to embed\n");
    } else if (body.length > TEXT_BYTES_MAX) {
      answer(exchange, 413, "at most " + TEXT_BYTES_MAX + " bytes\n");
    } else {
      var vector = new Vector(model.vector(new String(body, StandardCharsets.UTF_8)));
      texts.incrementAndGet();
      answer(exchange, 200, vector.json());
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (var out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  /// Hands the count to the agent when it has changed, as a people counter would its visitors.
  private void handInResults(String url) {
    if (!url.isEmpty()) {
      var results = new ResultSender(url);
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory())
          .scheduleWithFixedDelay(
              () -> results.send(texts.get()), RESULT_SECONDS, RESULT_SECONDS, TimeUnit.SECONDS);
    }
  }
}
