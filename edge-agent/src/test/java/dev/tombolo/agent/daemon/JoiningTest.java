package dev.tombolo.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
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
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
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

  @Test
  void aBusyHubIsAskedAgainAndWhatItSaysThenCounts() throws Exception {
    TestCa ca = TestCa.create(Files.createDirectory(folder.resolve("ca")));
    HttpsServer hub =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hub.setHttpsConfigurator(new HttpsConfigurator(ca.server()));
    hub.createContext("/", this::answer);
    hub.start();
    try {
      Path data = Files.createDirectory(folder.resolve("data"));
      JoinToken token =
          new JoinToken(
              "0011223344556677",
              new TokenSecret(new byte[TokenSecret.BYTES]),
              ca.rootKey(),
              Digest.ofText("publisher"),
              Long.MAX_VALUE / 2,
              List.of("localhost:" + hub.getAddress().getPort()));

      assertThat(Joining.join(AgentProperties.read(data), token, "tmb1_x"))
          .isEqualTo(new Joining.Outcome.Refused(USED, "no"));
      assertThat(asked).hasValue(2);
    } finally {
      hub.stop(0);
    }
  }
}
