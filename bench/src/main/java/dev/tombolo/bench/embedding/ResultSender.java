package dev.tombolo.bench.embedding;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// Hands the number of texts embedded to the agent's loopback endpoint. The agent being away is no
/// reason to stop serving: the count goes with the next try.
final class ResultSender {
  private static final int TIMEOUT_MILLIS = 2_000;

  private final URI url;
  private long sent;

  ResultSender(String url) {
    this.url = URI.create(url);
  }

  void send(long texts) {
    if (texts == sent) {
      return;
    }
    try {
      post("{\"texts\":%d,\"pid\":%d}".formatted(texts, ProcessHandle.current().pid()));
      sent = texts;
    } catch (IOException e) {
      System.out.println("result kept for later: " + e.getMessage());
    }
  }

  private void post(String json) throws IOException {
    var connection = (HttpURLConnection) url.toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    connection.setRequestProperty("Content-Type", "application/json");
    connection.setDoOutput(true);
    connection.getOutputStream().write(json.getBytes(StandardCharsets.UTF_8));
    int status = connection.getResponseCode();
    if (status / 100 != 2) {
      throw new IOException(url + " answered " + status);
    }
  }
}
