package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.RolloutDetail;
import dev.tombolo.hub.http.api.RolloutRow;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `rollout watch` and a hub that is restarted meanwhile.
class RolloutWatchTest {
  private static final int LINES_BROKEN = 4;

  @TempDir Path data;
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void itGoesOnTryingWhileTheHubIsAway() throws IOException {
    Files.writeString(data.resolve("admin-token"), "tbo_0");
    HttpServer hub =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hub.createContext("/", this::answer);
    hub.start();
    try {
      Cli.Said said =
          new Cli()
              .run(
                  "rollout",
                  "watch",
                  "r1",
                  "--hub",
                  "http://127.0.0.1:" + hub.getAddress().getPort(),
                  "--data",
                  data.toString());

      assertThat(said.exit()).isZero();
      assertThat(said.out().lines()).hasSize(2);
      assertThat(said.err().lines())
          .containsExactly(
              "the hub does not answer; trying again (Ctrl-C ends)", "the hub answers again");
    } finally {
      hub.stop(0);
    }
  }

  /// Rolling at first, then no answer, then completed.
  private void answer(HttpExchange exchange) throws IOException {
    int number = asked.incrementAndGet();
    if (number > 1 && number <= 1 + LINES_BROKEN) {
      exchange.close();
      return;
    }
    byte[] body = detail(number == 1 ? "rolling" : "completed").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static String detail(String state) {
    RolloutRow row =
        new RolloutRow(
            "r1",
            "people-embedding@1.0.0",
            "retail",
            "retail",
            state,
            "as it is",
            List.of(),
            1,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            "user:alice",
            null,
            null,
            0,
            "");
    return AdminJson.write(new RolloutDetail(row, List.of(), List.of(), List.of()));
  }
}
