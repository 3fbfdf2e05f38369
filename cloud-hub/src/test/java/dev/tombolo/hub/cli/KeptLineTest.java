package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A program that keeps its line to the admin port for its next request.
@Tag("slow")
class KeptLineTest {
  /// Java's own client keeps an idle line for 30 s.
  private static final int KEPT_MILLIS = 32_000;

  private static final int ANSWER_MILLIS = 60_000;

  @TempDir Path data;

  /// Time passing is the thing under test.
  @Test
  void itIsNotTheHubWhoClosesIt() throws Exception {
    try (HubAlone hub = new HubAlone(data);
        Socket line = new Socket("127.0.0.1", URI.create(hub.url()).getPort())) {
      ask(line);

      line.setSoTimeout(KEPT_MILLIS);
      assertThatThrownBy(() -> line.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);

      ask(line);
    }
  }

  private static void ask(Socket line) throws IOException {
    line.setSoTimeout(ANSWER_MILLIS);
    line.getOutputStream()
        .write("GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("}") < 0) {
      int next = line.getInputStream().read();
      assertThat(next).as("%s", answer).isNotNegative();
      answer.append((char) next);
    }
    assertThat(answer).startsWith("HTTP/1.1 200");
  }
}
