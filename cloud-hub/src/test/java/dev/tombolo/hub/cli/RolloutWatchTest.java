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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `rollout watch` and a hub that is restarted meanwhile.
@Tag("slow")
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

  /// What is as it was is no line; nobody is moved any more is the end.
  @Test
  void eachChangeIsALineOfJsonAndTheEndIsTheExitCode() throws IOException {
    List<String> states = List.of("planning", "rolling", "rolling", "aborted 1", "aborted 0");
    Cli.Said said = watched(states, "--json");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.out().lines())
        .hasSize(4)
        .allSatisfy(line -> assertThat(line).startsWith("{\"id\":\"r1\"").endsWith("}"))
        .extracting(line -> line.replaceAll(".*\"state\":\"([a-z]+)\".*", "$1"))
        .containsExactly("planning", "rolling", "aborted", "aborted");
    assertThat(watched(List.of("rolling", "completed"), "--json").exit()).isZero();
    assertThat(watched(List.of("expired"), "--json").exit()).isEqualTo(1);
  }

  /// @param states each with how many are in flight
  private Cli.Said watched(List<String> states, String... options) throws IOException {
    asked.set(0);
    Files.writeString(data.resolve("admin-token"), "tbo_0");
    HttpServer hub =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hub.createContext(
        "/",
        exchange -> {
          String[] state = states.get(asked.getAndIncrement()).split(" ");
          say(exchange, detail(state[0], state.length > 1 ? Integer.parseInt(state[1]) : 0));
        });
    hub.start();
    try {
      List<String> words = new ArrayList<>(List.of("rollout", "watch", "r1"));
      words.addAll(List.of("--hub", "http://127.0.0.1:" + hub.getAddress().getPort()));
      words.addAll(List.of("--data", data.toString()));
      words.addAll(List.of(options));
      return new Cli().run(words.toArray(new String[0]));
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
    say(exchange, detail(number == 1 ? "rolling" : "completed", 0));
  }

  private static void say(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static String detail(String state, int inFlight) {
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
            inFlight,
            1,
            0,
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
