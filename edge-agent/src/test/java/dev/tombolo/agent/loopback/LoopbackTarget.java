package dev.tombolo.agent.loopback;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.Name;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What workloads, and whoever else is on the device, send to the loopback endpoint.
public final class LoopbackTarget implements FuzzTarget {
  private static final long BUSY_NANOS_MAX = 25_000_000_000L;
  private static final long RETRY_NANOS = 100_000_000;

  private final LoopbackEndpoint endpoint;
  private final AtomicReference<@Nullable AgentEvent> handedIn = new AtomicReference<>();
  private final List<LoopbackEndpoint> itself = new ArrayList<>();
  private final Path folder;

  public LoopbackTarget() {
    try {
      folder = Files.createTempDirectory("fuzz-loopback");
      // The same secrets in each run, so that inputs that were kept mean the same.
      Files.write(folder.resolve("loopback.key"), new byte[32]);
      endpoint = new LoopbackEndpoint(this::take, folder, 0, () -> "{\"ok\":true}");
      itself.add(endpoint);
    } catch (IOException e) {
      throw new IllegalStateException("no endpoint to be fuzzed", e);
    }
  }

  private void take(AgentEvent event) {
    handedIn.set(event);
    if (event instanceof AgentEvent.ResultHandedIn result) {
      itself.getFirst().perform(new AgentEffect.ResultKept(result.request(), 1));
    }
  }

  @Override
  public String name() {
    return "loopback-http";
  }

  @Override
  public int quickRuns() {
    return 60;
  }

  @Override
  public int bytesMax() {
    return 40 * 1024;
  }

  @Override
  public List<String> words() {
    return List.of(
        "GET ",
        "POST ",
        "CONNECT a:1 HTTP/1.1\r\n",
        "OPTIONS * HTTP/1.1\r\n",
        "POST http://x/w/a HTTP/1.1\r\n",
        "POST mailto:x HTTP/1.1\r\n",
        " HTTP/1.1\r\n",
        " HTTP/1.0\r\n",
        "/v1/status",
        "/v1/results/",
        "/w/",
        "%2f",
        "%00",
        "%",
        "Content-Length: 5\r\n",
        "Content-Length: -1\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Expect: 100-continue\r\n",
        "Authorization: Bearer ",
        "\r\n\r\n",
        "0\r\n\r\n");
  }

  @Override
  public List<byte[]> seeds() {
    String secret = endpoint.token(new Name("people"));
    return Stream.of(
            "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            post("/w/" + secret, "", "{\"count\":5}"),
            post("/w/" + secret + "/v1/results/people", "", "[1]"),
            post("/v1/results/people", "Authorization: Bearer " + secret + "\r\n", "\"x\""),
            post("/v1/results/people", "Authorization: Bearer people.00\r\n", "1"),
            post("/nowhere", "", ""))
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static String post(String path, String fields, String body) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: x\r\n"
        + fields
        + "Content-Length: "
        + body.length()
        + "\r\nConnection: close\r\n\r\n"
        + body;
  }

  @Override
  public String run(byte[] input) throws Exception {
    handedIn.set(null);
    String answer = exchange(input);
    if (handedIn.get() instanceof AgentEvent.ResultHandedIn result) {
      Json.check("result", result.json(), Limits.REPORT_BODY_BYTES_MAX);
    }
    String said = judged(answer);
    // Requests that are never finished hold their connections for 10 s, and there are so many.
    long end = System.nanoTime() + BUSY_NANOS_MAX;
    String status = status();
    while (status.isEmpty() && System.nanoTime() < end) {
      LockSupport.parkNanos(RETRY_NANOS);
      status = status();
    }
    Contract.holds(
        status.startsWith("HTTP/1.1 200") && status.endsWith("{\"ok\":true}"),
        "others are still answered: " + status);
    return said + (handedIn.get() == null ? "" : " handed in");
  }

  private String status() throws IOException {
    return exchange(
        "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII));
  }

  private static String judged(String answer) throws MalformedException {
    if (answer.isEmpty()) {
      return "closed";
    }
    Contract.holds(answer.matches("(?s)HTTP/1\\.[01] [1-5][0-9][0-9].*"), "an answer is HTTP");
    int body = answer.indexOf("\r\n\r\n{\"reason\"");
    if (body >= 0 && answer.indexOf("HTTP/1.", 5) < 0) {
      Contract.refused(Json.read(Refusal.class, answer.substring(body + 4), 64 * 1024).message());
    }
    return answer.substring(9, 12);
  }

  private String exchange(byte[] request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", endpoint.port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      InputStream in = socket.getInputStream();
      try {
        out.write(request);
        out.flush();
        socket.shutdownOutput();
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      } catch (java.net.SocketTimeoutException e) {
        throw new AssertionError("does not hold: an answer, or the end, in time", e);
      } catch (IOException e) {
        // Reset: it had heard enough.
        return "";
      }
    }
  }
}
