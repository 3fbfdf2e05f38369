package dev.tombolo.agent.loopback;

import dev.tombolo.agent.core.Standing;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.message.ReportBody;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// `GET /v1/status`: how the device stands, from the running agent itself. The JSON is that of a
/// report's `state`, and `saves`: false while the agent cannot save, and therefore decides nothing.
public final class LiveStatus {
  private static final int TIMEOUT_MILLIS = 2_000;
  private static final String SAVES = "\"saves\":";

  private LiveStatus() {}

  /// What a running agent says.
  public record Said(ReportBody.State state, boolean saves) {}

  public static String write(Standing standing) {
    String saves = SAVES + standing.saves() + "}";
    String state = standing.state().map(it -> Json.write((ReportBody) it)).orElse("{}");
    String open = state.substring(0, state.length() - 1);
    return open + (open.length() > 1 ? "," : "") + saves;
  }

  /// Asks the agent that runs on this folder. Empty when it does not answer.
  public static Optional<Said> ask(Path data) {
    try {
      int port = LoopbackEndpoint.noted(data.resolve(LoopbackEndpoint.PORT_FILE));
      URI url = URI.create("http://127.0.0.1:" + port + "/v1/status");
      HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection(Proxy.NO_PROXY);
      try {
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        try (InputStream in = connection.getInputStream()) {
          return read(new String(in.readNBytes(Limits.PACKET_BYTES_MAX), StandardCharsets.UTF_8));
        }
      } finally {
        connection.disconnect();
      }
    } catch (IOException | MalformedException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Said> read(String json) throws MalformedException {
    boolean saves = !json.endsWith(SAVES + "false}");
    return Json.read(ReportBody.class, json, Limits.PACKET_BYTES_MAX)
            instanceof ReportBody.State state
        ? Optional.of(new Said(state, saves))
        : Optional.empty();
  }
}
