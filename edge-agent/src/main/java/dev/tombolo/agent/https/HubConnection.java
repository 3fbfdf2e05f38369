package dev.tombolo.agent.https;

import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/// One request to the hub: TLS by the sockets given, no redirects, no caches, bounded answers.
final class HubConnection {
  static final int CONNECT_MILLIS = 30_000;

  /// A line that gives no byte for so long has stopped.
  static final int STALL_MILLIS = 60_000;

  private static final int RETRY_AFTER_SECONDS_MAX = 3600;
  private static final int ANSWER_BYTES_MAX = 64 * 1024;

  /// What a hub refuses with goes on into report rows.
  private static final int REFUSAL_BYTES_MAX = 8 * 1024;

  private HubConnection() {}

  static HttpURLConnection open(
      URI url, SSLSocketFactory sockets, Optional<InetSocketAddress> proxy) throws IOException {
    if (!"https".equals(url.getScheme())) {
      throw new IOException("'" + url + "' is not an https URL");
    }
    // Whoever opens a connection without a default gets one made, with all public CAs in memory.
    HttpsURLConnection.setDefaultSSLSocketFactory(sockets);
    HttpsURLConnection connection = (HttpsURLConnection) url.toURL().openConnection(proxyOf(proxy));
    connection.setSSLSocketFactory(sockets);
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(STALL_MILLIS);
    return connection;
  }

  private static Proxy proxyOf(Optional<InetSocketAddress> proxy) {
    return proxy
        .map(
            address ->
                new Proxy(
                    Proxy.Type.HTTP,
                    new InetSocketAddress(address.getHostString(), address.getPort())))
        .orElse(Proxy.NO_PROXY);
  }

  /// POSTs JSON. Gives the body of a 200.
  ///
  /// @throws HubRefusalException for every other status
  static String post(HttpURLConnection connection, String json)
      throws IOException, HubRefusalException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Type", "application/json");
    connection.setFixedLengthStreamingMode(body.length);
    try (OutputStream out = connection.getOutputStream()) {
      out.write(body);
    }
    return answer(connection);
  }

  /// Gives the body of a 200.
  ///
  /// @throws HubRefusalException for every other status
  static String get(HttpURLConnection connection) throws IOException, HubRefusalException {
    return answer(connection);
  }

  private static String answer(HttpURLConnection connection)
      throws IOException, HubRefusalException {
    int status = connection.getResponseCode();
    if (status != HttpURLConnection.HTTP_OK) {
      throw refusal(connection, status);
    }
    try (InputStream in = connection.getInputStream()) {
      return bounded(in);
    }
  }

  /// The refusal in an answer that is none of those hoped for.
  static HubRefusalException refusal(HttpURLConnection connection, int status) throws IOException {
    String body = "";
    try (InputStream in = connection.getErrorStream()) {
      if (in != null) {
        body = bounded(in);
      }
    }
    int retryAfter = retryAfterSeconds(connection.getHeaderField("Retry-After"));
    try {
      Refusal refusal = Json.read(Refusal.class, body, REFUSAL_BYTES_MAX);
      return new HubRefusalException(status, refusal, retryAfter);
    } catch (MalformedException e) {
      String message = "the hub answered with HTTP status " + status;
      Reason reason =
          status == HttpURLConnection.HTTP_UNAVAILABLE
              ? new Reason.Busy(retryAfter)
              : new Reason.LineDown(0, message);
      return new HubRefusalException(status, new Refusal(reason, message), retryAfter);
    }
  }

  /// What to say of a call that broke.
  static Reason reasonOf(IOException e) {
    return RefusedException.within(e)
        .orElseGet(
            () ->
                new Reason.LineDown(
                    0, e.getClass().getSimpleName() + ": " + Quoted.of("" + e.getMessage())));
  }

  private static String bounded(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(ANSWER_BYTES_MAX + 1);
    if (bytes.length > ANSWER_BYTES_MAX) {
      throw new IOException("the hub's answer exceeds " + ANSWER_BYTES_MAX + " bytes");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int retryAfterSeconds(@org.jspecify.annotations.Nullable String field) {
    if (field == null) {
      return 0;
    }
    try {
      return Math.clamp(Long.parseLong(field.strip()), 0, RETRY_AFTER_SECONDS_MAX);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
