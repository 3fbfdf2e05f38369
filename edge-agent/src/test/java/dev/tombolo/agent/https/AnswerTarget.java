package dev.tombolo.agent.https;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/// What a hub answers to enrolment, renewal and recovery, as the JDK's HTTP client hands it on. The
/// same as in a shop but for TLS.
public final class AnswerTarget implements FuzzTarget {
  private final ServerSocket server;
  private final AtomicReference<byte[]> answer = new AtomicReference<>(new byte[0]);

  public AnswerTarget() {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException("no server to be fuzzed from", e);
    }
    Thread.ofPlatform().daemon().name("fuzz-answers").start(this::serve);
  }

  private void serve() {
    byte[] request = new byte[8_192];
    while (true) {
      try (Socket socket = server.accept()) {
        socket.setSoTimeout(5_000);
        InputStream in = socket.getInputStream();
        // The request is two bytes of JSON behind a short head.
        int length = 0;
        while (length < request.length
            && !new String(request, 0, length, StandardCharsets.ISO_8859_1).endsWith("{}")) {
          int read = in.read(request, length, request.length - length);
          if (read < 0) {
            break;
          }
          length += read;
        }
        OutputStream out = socket.getOutputStream();
        out.write(answer.get());
        out.flush();
        socket.shutdownOutput();
        while (in.read(request) >= 0) {
          // until the client has had enough
        }
      } catch (IOException e) {
        // The client has gone: so does this line.
      }
    }
  }

  @Override
  public String name() {
    return "hub-answers";
  }

  @Override
  public int quickRuns() {
    return 60;
  }

  @Override
  public int bytesMax() {
    return 80 * 1024;
  }

  /// The JDK's client reads the heads of chunks anew with each piece that comes; it keeps little.
  @Override
  public long allocationMax() {
    return 4 * ALLOCATION_MAX;
  }

  @Override
  public List<String> words() {
    return List.of(
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 503 Busy\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n",
        "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n",
        "HTTP/1.1 407 No\r\nProxy-Authenticate: Digest nonce=\"\"\r\n",
        "HTTP/0.9",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 9223372036854775807\r\n",
        "Retry-After: 99999999999999999999\r\n",
        "Retry-After: -1\r\n",
        "Set-Cookie: a=b\r\n",
        "\r\n\r\n",
        "7fffffff\r\n",
        "0\r\n\r\n",
        "{\"reason\":{\"code\":\"busy\",\"retryAfterSeconds\":-5},\"message\":\"\"}");
  }

  @Override
  public List<byte[]> seeds() {
    String refusal = Json.write(new Refusal(new Reason.TokenUnknown("0123"), "no such token"));
    return Stream.of(
            head("200 OK", "", "{\"certificate\":\"x\"}"),
            head("403 Forbidden", "", refusal),
            head(
                "503 Busy",
                "Retry-After: 30\r\n",
                Json.write(new Refusal(new Reason.Busy(30), "busy"))),
            head("404 Not Found", "", "<html>"),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static String head(String status, String fields, String body) {
    return "HTTP/1.1 "
        + status
        + "\r\n"
        + fields
        + "Content-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  @Override
  public String run(byte[] input) throws IOException {
    answer.set(input);
    URI url = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1/renew");
    HttpURLConnection connection =
        (HttpURLConnection) url.toURL().openConnection(java.net.Proxy.NO_PROXY);
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setConnectTimeout(10_000);
    connection.setReadTimeout(10_000);
    try {
      String body = HubConnection.post(connection, "{}");
      try {
        Json.read(EnrolResponse.class, body, 64 * 1024);
        return "taken";
      } catch (MalformedException e) {
        return Contract.refused(e.getMessage());
      }
    } catch (HubRefusalException e) {
      Contract.holds(
          e.retryAfterSeconds() >= 0 && e.retryAfterSeconds() <= 3_600, "a wait has its bound");
      Contract.holds(Json.write(e.refusal()).length() <= 16 * 1024, "a refusal fits a report row");
      return "refusal " + e.status() + Contract.shape(ReasonText.say(e.refusal().reason()));
    } catch (IOException e) {
      return Contract.refused(ReasonText.say(HubConnection.reasonOf(e)));
    } finally {
      connection.disconnect();
    }
  }
}
