package dev.tombolo.agent.probe;

import dev.tombolo.agent.session.BoundedRun;
import dev.tombolo.protocol.release.Probe;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Passes on a 2xx from 127.0.0.1 whose body says what is expected.
final class LoopbackHttp {
  private static final int BODY_BYTES_MAX = 64 * 1024;

  private LoopbackHttp() {}

  static Optional<String> problem(Probe.Http probe, Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    URI url = URI.create("http://127.0.0.1:" + Probes.port(probe.port()) + probe.path());
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection(Proxy.NO_PROXY);
    try {
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      connection.setRequestProperty("Connection", "close");
      connection.setConnectTimeout(Math.toIntExact(timeout.toMillis()));
      connection.setReadTimeout(Math.toIntExact(timeout.toMillis()));
      int status = connection.getResponseCode();
      if (status / 100 != 2) {
        return Optional.of("HTTP status " + status + saying(connection.getErrorStream(), deadline));
      }
      String expected = probe.expect();
      if (expected == null) {
        return Optional.empty();
      }
      String body = body(connection.getInputStream(), deadline);
      return body.contains(expected)
          ? Optional.empty()
          : Optional.of("the answer lacks '" + expected + "': " + BoundedRun.lastLine(body));
    } catch (SocketTimeoutException e) {
      return Optional.of("no answer within " + timeout.toSeconds() + " s");
    } catch (IOException e) {
      return Optional.of(url.getAuthority() + ": " + e.getMessage());
    } finally {
      connection.disconnect();
    }
  }

  private static String saying(@Nullable InputStream in, long deadline) throws IOException {
    if (in == null) {
      return "";
    }
    String line = BoundedRun.lastLine(body(in, deadline));
    return line.isEmpty() ? "" : ": " + line;
  }

  /// The first 64 KiB, as far as they come in time.
  private static String body(InputStream in, long deadline) throws IOException {
    byte[] bytes = new byte[BODY_BYTES_MAX];
    int length = 0;
    try (in) {
      int read;
      while (length < bytes.length && (read = in.read(bytes, length, bytes.length - length)) >= 0) {
        length += read;
        if (System.nanoTime() > deadline) {
          throw new SocketTimeoutException("body");
        }
      }
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
