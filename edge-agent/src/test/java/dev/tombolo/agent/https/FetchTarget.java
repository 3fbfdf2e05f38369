package dev.tombolo.agent.https;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.PeerTls;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.agent.x509.HubTls;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.sign.SpkiPin;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// What is answered to somebody who wants a file from some byte on, behind TLS. The first byte of
/// an input is how much of the file is here already, and whether it is right; the answer follows.
/// Whoever asks again is not answered.
public final class FetchTarget implements FuzzTarget {
  /// Who answers.
  public enum Kind {
    HUB("hub-downloads"),
    PEER("peer-copies");

    private final String target;

    Kind(String target) {
      this.target = target;
    }
  }

  private static final int SIZE = 2_000;
  private static final int WRONG = 0x80;
  private static final int PART_STEP = 40;
  private static final int RETRY_SECONDS_MAX = 3_600;
  private static final byte[] CONTENT = content();
  private static final Digest FILE = Digest.of(CONTENT);
  private static final DeviceId PEER = new DeviceId("dev-000000000000000000000000");

  private final Kind kind;
  private final AgentFolders folders;
  private final SSLServerSocket server;
  private final SSLSocketFactory sockets;
  private final Digest shown;
  private final AtomicReference<byte[]> answer = new AtomicReference<>(new byte[0]);

  public FetchTarget(Kind kind) {
    this.kind = kind;
    try {
      Path folder = Files.createTempDirectory("fuzz-fetch");
      folders = new AgentFolders(Files.createDirectory(folder.resolve("data")));
      TestCa ca = TestCa.create(folder.resolve("ca"));
      SSLContext context = ca.server();
      shown =
          SpkiPin.of(
              TestCa.certificate(Files.readString(folder.resolve("ca").resolve("server.pem"))));
      sockets = HubTls.pinned(ca.rootKey(), System::currentTimeMillis);
      server =
          (SSLServerSocket)
              context
                  .getServerSocketFactory()
                  .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("no server to be fuzzed from", e);
    }
    Thread.ofPlatform().daemon().name("fuzz-fetch").start(this::serve);
  }

  private static byte[] content() {
    byte[] bytes = new byte[SIZE];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  /// Each line by itself: one on which nobody asks would hold up the next for as long as it is
  /// waited for.
  private void serve() {
    while (true) {
      try {
        SSLSocket line = (SSLSocket) server.accept();
        Thread.ofPlatform().daemon().name("fuzz-fetch-line").start(() -> serve(line));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void serve(SSLSocket line) {
    byte[] request = new byte[8_192];
    try (line) {
      line.setSoTimeout(5_000);
      InputStream in = line.getInputStream();
      int length = 0;
      while (length < request.length
          && !new String(request, 0, length, StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        int read = in.read(request, length, request.length - length);
        if (read < 0) {
          break;
        }
        length += read;
      }
      OutputStream out = line.getOutputStream();
      out.write(answer.getAndSet(new byte[0]));
      out.flush();
    } catch (IOException e) {
      // The client has gone: so does this line.
    }
  }

  @Override
  public String name() {
    return kind.target;
  }

  @Override
  public int quickRuns() {
    return 40;
  }

  /// As the threads that fetch.
  @Override
  public long stackBytes() {
    return 256 * 1024;
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
        "HTTP/1.1 206 Partial Content\r\n",
        "HTTP/1.1 416 Range Not Satisfiable\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\n",
        "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n",
        "Content-Range: bytes 400-1999/2000\r\n",
        "Content-Range: bytes */2000\r\n",
        "Content-Length: 9223372036854775807\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Encoding: gzip\r\n",
        "Retry-After: 99999999999999999999\r\n",
        "Tombolo-Standing: fetches\r\n",
        "Tombolo-Holds: -1\r\n",
        "Tombolo-Holds: 9223372036854775807\r\n",
        "7fffffff\r\n",
        "\r\n\r\n");
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        seed(0, "200 OK", "", CONTENT),
        seed(10, "206 Partial", range(400), Arrays.copyOfRange(CONTENT, 400, SIZE)),
        seed(WRONG | 10, "206 Partial", range(400), Arrays.copyOfRange(CONTENT, 400, SIZE)),
        seed(10, "206 Partial", range(40), Arrays.copyOfRange(CONTENT, 40, SIZE)),
        seed(
            50, "416 Nothing There", "Tombolo-Standing: whole\r\nTombolo-Holds: 2000\r\n", CONTENT),
        seed(0, "206 Partial", "Tombolo-Standing: fetches\r\nTombolo-Holds: 9\r\n", CONTENT),
        seed(0, "200 OK", "", Arrays.copyOf(CONTENT, SIZE + 1)),
        seed(
            0,
            "503 Busy",
            "Retry-After: 30\r\n",
            "{\"reason\":{\"code\":\"busy\",\"retryAfterSeconds\":5},\"message\":\"busy\"}"
                .getBytes(StandardCharsets.UTF_8)),
        "\0HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
            .getBytes(StandardCharsets.UTF_8));
  }

  private static String range(int from) {
    return "Content-Range: bytes " + from + "-" + (SIZE - 1) + "/" + SIZE + "\r\n";
  }

  private static byte[] seed(int here, String status, String fields, byte[] body) {
    String head =
        "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + body.length + "\r\n\r\n";
    byte[] text = head.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[1 + text.length + body.length];
    all[0] = (byte) here;
    System.arraycopy(text, 0, all, 1, text.length);
    System.arraycopy(body, 0, all, 1 + text.length, body.length);
    return all;
  }

  @Override
  public String run(byte[] input) throws IOException {
    if (input.length == 0) {
      return "nothing";
    }
    Files.createDirectories(folders.files());
    Path part = folders.partialFile(FILE);
    byte[] here = Arrays.copyOf(CONTENT, Math.min(SIZE, (input[0] & WRONG - 1) * PART_STEP));
    if ((input[0] & WRONG) != 0 && here.length > 0) {
      here[0]++;
    }
    Files.write(part, here);
    answer.set(Arrays.copyOfRange(input, 1, input.length));
    try {
      return judged(fetched());
    } finally {
      Files.deleteIfExists(part);
      Files.deleteIfExists(folders.file(FILE));
    }
  }

  private AgentEvent fetched() {
    LineRate rate = new LineRate(0);
    String at = "localhost:" + server.getLocalPort();
    return switch (kind) {
      case HUB ->
          new Download(
                  new AgentEffect.Fetch(FILE, SIZE, "https://" + at + "/v1/files/x", false),
                  folders,
                  new FetchSettings("https://" + at, 0, 5_000, Optional.empty()),
                  rate,
                  () -> sockets,
                  _ -> {})
              .run();
      case PEER ->
          new PeerCopy(
                  new AgentEffect.CopyFromPeer(
                      FILE, SIZE, new Peer(PEER, new Name("c"), List.of(shown), List.of(at))),
                  folders,
                  new PeerSockets(new Site(sockets)),
                  rate,
                  _ -> {})
              .run();
    };
  }

  private String judged(AgentEvent event) throws IOException {
    Path whole = folders.file(FILE);
    Path part = folders.partialFile(FILE);
    Set<Path> found;
    try (Stream<Path> all = Files.list(folders.files())) {
      found = all.collect(Collectors.toSet());
    }
    Contract.holds(Set.of(whole, part).containsAll(found), "nothing else lies about");
    boolean isFinished = event instanceof AgentEvent.FetchFinished;
    Contract.same(isFinished, Files.exists(whole));
    Contract.holds(
        !isFinished || Arrays.equals(CONTENT, Files.readAllBytes(whole)),
        "what is whole is what was wanted");
    long bytes = Files.exists(part) ? Files.size(part) : 0;
    Contract.holds(bytes <= SIZE, "no more is kept than was wanted");
    return switch (event) {
      case AgentEvent.FetchFinished _ -> "taken";
      case AgentEvent.FetchFailed(var file, var reason, var mayRetry, var seconds) -> {
        Contract.same(FILE, file);
        Contract.holds(seconds >= 0 && seconds <= RETRY_SECONDS_MAX, "a wait has its bound");
        yield mayRetry + " " + refused(reason);
      }
      case AgentEvent.CopyEnded(var content, var kept, var told, var isSlow) -> {
        Contract.same(FILE, content);
        Contract.same(bytes, kept);
        Contract.holds(told.bytes() >= 0, "nobody has less than nothing");
        yield "ended " + told.standing() + isSlow + (kept > 0);
      }
      default -> throw new AssertionError("does not hold: a file is answered for: " + event);
    };
  }

  private static String refused(Reason reason) {
    Contract.holds(Json.write(reason).length() <= 16 * 1024, "a refusal fits a report row");
    return Contract.refused(ReasonText.say(reason));
  }

  /// The one peer's line.
  private record Site(SSLSocketFactory sockets) implements PeerTls {
    @Override
    public SSLContext context() {
      throw new AssertionError("nobody is served");
    }

    @Override
    public boolean isPeer(Certificate certificate) {
      return true;
    }
  }
}
