package dev.tombolo.bench.demo;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Short requests on loopback.
final class Http {
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final Jsonb JSON = Jsonb.builder().build();

  private Http() {}

  static <T> T get(Class<T> type, String url) throws IOException {
    return JSON.type(type).fromJson(text(url, Map.of(), null));
  }

  static <T> List<T> list(Class<T> type, String url, String token) throws IOException {
    return JSON.type(type)
        .list()
        .fromJson(text(url, Map.of("Authorization", "Bearer " + token), null));
  }

  static String post(String url, String body) throws IOException {
    return text(url, Map.of(), body);
  }

  /// @throws IOException when nobody answers, or with anything but 200
  private static String text(String url, Map<String, String> headers, @Nullable String body)
      throws IOException {
    var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    headers.forEach(connection::setRequestProperty);
    if (body != null) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    }
    if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
      throw new IOException(url + " answered " + connection.getResponseCode());
    }
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
