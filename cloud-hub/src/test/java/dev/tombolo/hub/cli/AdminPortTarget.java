package dev.tombolo.hub.cli;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The admin port, as an operator's program reaches it: paths, query parameters, bodies. An input
/// is method and target, a line feed, and the body. The hub behind it is a whole one with nothing
/// in it.
public final class AdminPortTarget implements FuzzTarget {
  private static final int ANSWER_MILLIS_MAX = 20_000;
  private static final int VERSION_NOT_SUPPORTED = 505;

  private final int port;
  private final String token;

  public AdminPortTarget() {
    try {
      Path data = Files.createTempDirectory("fuzz-admin");
      HubAlone hub = new HubAlone(data);
      Runtime.getRuntime().addShutdownHook(new Thread(hub::close));
      port = URI.create(hub.url()).getPort();
      token = Files.readString(data.resolve("admin-token")).strip();
    } catch (IOException e) {
      throw new IllegalStateException("no hub to be fuzzed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public String name() {
    return "admin-port";
  }

  @Override
  public int quickRuns() {
    return 40;
  }

  @Override
  public int bytesMax() {
    return 16 * 1024;
  }

  @Override
  public List<String> words() {
    return List.of(
        "GET ",
        "POST ",
        "DELETE ",
        "/api/v1/",
        "?",
        "&",
        "=",
        "%",
        "%00",
        "%2e%2e%2f",
        "%c0%af",
        "%ud800",
        ";a=b",
        "limit=",
        "after=",
        "fleet=",
        "site=",
        "slot=",
        "device=",
        "last=",
        "channel=",
        "state=",
        "label=",
        "dev-000000000000000000000000",
        "//",
        "/../",
        "9223372036854775808",
        "\n{\"a\":1}");
  }

  @Override
  public List<byte[]> seeds() {
    return Stream.of(
            "GET /api/v1/devices?fleet=f&site=s&limit=5&after=x\n",
            "GET /api/v1/devices/dev-000000000000000000000000\n",
            "GET /api/v1/devices/dev-000000000000000000000000/why\n",
            "GET /api/v1/sites?fleet=f&limit=1\n",
            "GET /api/v1/slots?site=s\n",
            "GET /api/v1/fleets\n",
            "GET /api/v1/tokens?limit=2\n",
            "GET /api/v1/releases?name=a\n",
            "GET /api/v1/assignments?fleet=f\n",
            "GET /api/v1/audit?after=0&limit=3\n",
            "GET /api/v1/results?last=3&channel=a&device=s/c\n",
            "GET /api/v1/results?after=5\n",
            "GET /api/v1/events?device=dev-000000000000000000000000\n",
            "GET /api/v1/version\n",
            "POST /api/v1/apply\n{\"objects\":[{\"kind\":\"Fleet\",\"name\":\"f\",\"displayName\":\"\",\"labels\":{},\"guarded\":false,\"parameters\":{}}],\"dryRun\":true}",
            "POST /api/v1/tokens\n{\"fleet\":\"f\",\"uses\":5,\"lifeSeconds\":3600}",
            "POST /api/v1/assign\n{\"release\":\"a@1.0\",\"fleet\":\"f\"}",
            "POST /api/v1/users\n{\"name\":\"bob\"}",
            "POST /api/v1/releases\n{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[]}",
            "POST /api/v1/publisher-roots\n{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[]}",
            "POST /api/v1/devices/dev-000000000000000000000000/revoke\n{\"why\":\"x\"}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public String run(byte[] input) throws IOException, MalformedException {
    int end = 0;
    while (end < input.length && input[end] != '\n') {
      end++;
    }
    String line = new String(input, 0, end, StandardCharsets.ISO_8859_1);
    if (line.contains("wait") || line.contains("%77") || line.indexOf('\r') >= 0) {
      // A long poll takes its time, and a line break another request.
      return "passed over";
    }
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    int body = Math.max(0, input.length - end - 1);
    String head =
        " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
            + token
            + "\r\nContent-Length: "
            + body
            + "\r\n\r\n";
    request.write(input, 0, end);
    request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    request.write(input, input.length - body, body);
    return judged(exchange(request.toByteArray()));
  }

  private static String judged(String answer) throws MalformedException {
    if (answer.isEmpty()) {
      return "closed";
    }
    Contract.holds(answer.startsWith("HTTP/1.1 "), "an answer is HTTP");
    int status = Integer.parseInt(answer.substring(9, 12));
    Contract.holds(
        status < 500 || status == VERSION_NOT_SUPPORTED,
        "nothing that is asked breaks the hub: " + answer);
    int body = answer.indexOf("\r\n\r\n{\"reason\"");
    if (status >= 400 && body >= 0) {
      Refusal refusal = Json.read(Refusal.class, answer.substring(body + 4), 64 * 1024);
      return status + Contract.refused(refusal.message());
    }
    return Integer.toString(status);
  }

  private String exchange(byte[] request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(ANSWER_MILLIS_MAX);
      InputStream in = socket.getInputStream();
      try {
        socket.getOutputStream().write(request);
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (SocketTimeoutException e) {
        throw new AssertionError("does not hold: an answer, or the end, in time", e);
      } catch (IOException e) {
        // Reset: it had heard enough.
        return "";
      }
    }
  }
}
