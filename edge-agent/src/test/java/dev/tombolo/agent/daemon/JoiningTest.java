package dev.tombolo.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.tombolo.agent.config.AgentProperties;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.TokenSecret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class JoiningTest {
  private static final Reason USED = new Reason.NotAllowed("this token is used up");

  @TempDir private Path folder;
  private final AtomicInteger asked = new AtomicInteger();

  /// Busy at the first call, then it says no.
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      boolean busy = asked.getAndIncrement() == 0;
      Reason reason = busy ? new Reason.Busy(1) : USED;
      byte[] body = Json.write(new Refusal(reason, "no")).getBytes(StandardCharsets.UTF_8);
      if (busy) {
        exchange.getResponseHeaders().set("Retry-After", "1");
      }
      exchange.sendResponseHeaders(busy ? 503 : 403, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static HttpsServer serve(SSLContext context, HttpHandler handler) throws IOException {
    HttpsServer hub =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hub.setHttpsConfigurator(new HttpsConfigurator(context));
    hub.createContext("/", handler);
    hub.start();
    return hub;
  }

  private static JoinToken token(TestCa ca, HttpsServer... hubs) throws Exception {
    List<String> endpoints = new ArrayList<>();
    for (HttpsServer hub : hubs) {
      endpoints.add("localhost:" + hub.getAddress().getPort());
    }
    return new JoinToken(
        "0011223344556677",
        new TokenSecret(new byte[TokenSecret.BYTES]),
        ca.rootKey(),
        Digest.ofText("publisher"),
        Long.MAX_VALUE / 2,
        endpoints);
  }

  @Test
  void anAnswerIsNotAskedForTwiceBecauseAnotherHubsDatesDoNotFit() throws Exception {
    TestCa ca = TestCa.create(Files.createDirectory(folder.resolve("ca")));
    HttpsServer old = serve(ca.expiredServer(), HttpExchange::close);
    HttpsServer hub = serve(ca.server(), this::answer);
    asked.set(1);
    try {
      Path data = Files.createDirectory(folder.resolve("data"));

      assertThat(Joining.join(AgentProperties.read(data), token(ca, old, hub), "tmb1_x"))
          .isEqualTo(new Joining.Outcome.Refused(USED, "no"));
      assertThat(asked).hasValue(2);
    } finally {
      old.stop(0);
      hub.stop(0);
    }
  }

  @Test
  void aBusyHubIsAskedAgainAndWhatItSaysThenCounts() throws Exception {
    TestCa ca = TestCa.create(Files.createDirectory(folder.resolve("ca")));
    HttpsServer hub = serve(ca.server(), this::answer);
    try {
      Path data = Files.createDirectory(folder.resolve("data"));

      assertThat(Joining.join(AgentProperties.read(data), token(ca, hub), "tmb1_x"))
          .isEqualTo(new Joining.Outcome.Refused(USED, "no"));
      assertThat(asked).hasValue(2);
    } finally {
      hub.stop(0);
    }
  }
}
