package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningHub;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whoever sends too much, or too slowly, is put out; the hub serves on.
@Tag("slow")
class EdgeAbuseIT {
  private static final byte CONNECT = 0x10;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir static Path folder;
  private static RunningHub hub;
  private static SSLContext tls;

  @BeforeAll
  static void start() throws Exception {
    hub = RunningHub.start(folder);
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("hub", hub.root());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    tls = SSLContext.getInstance("TLSv1.3");
    tls.init(null, trust.getTrustManagers(), null);
  }

  @AfterAll
  static void end() {
    if (hub != null) {
      hub.close();
    }
  }

  @AfterEach
  void theHubServesOn() throws Exception {
    assertThat(curl("https://localhost:" + hub.edgePort() + "/healthz").exit()).isZero();
  }

  @Test
  void aBodyOverItsBoundIsRefusedByName() throws Exception {
    Path body = Files.write(folder.resolve("body.json"), new byte[17 * 1024]);

    Command refused =
        curl(
            "-w",
            "%{http_code}",
            "--data-binary",
            "@" + body,
            "https://localhost:" + hub.edgePort() + "/v1/enroll");

    assertThat(refused.out()).contains("limit-exceeded").endsWith("413");
  }

  @Test
  @Timeout(value = 180, unit = TimeUnit.SECONDS)
  void aConnectOverItsBoundEndsTheLine() throws Exception {
    try (SSLSocket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      // Remaining length 1,048,576 in MQTT's variable bytes, then a little of it.
      out.write(new byte[] {CONNECT, (byte) 0x80, (byte) 0x80, 0x40});
      out.write(new byte[64]);
      out.flush();

      // CONNACK with reason code 0x95, Packet too large (MQTT 5.0 s. 3.2.2.2), not the time-out's.
      assertThat(socket.getInputStream().readNBytes(4)).startsWith(0x20).endsWith(0x95);
      assertEnds(socket);
    }
  }

  @Test
  @Timeout(value = 50, unit = TimeUnit.SECONDS)
  void aSlowLorisIsPutOutWhateverItSpeaks() throws Exception {
    try (SSLSocket mqtt = connect();
        SSLSocket http = connect()) {
      mqtt.getOutputStream().write(CONNECT);
      http.getOutputStream().write("POST /v1/enroll HTTP/1.1\r\nHost: x\r\nX-Slow: ".getBytes());

      assertEnds(mqtt);
      assertEnds(http);
    }
  }

  private static SSLSocket connect() throws IOException {
    SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket(RunningHub.HOST, hub.edgePort());
    socket.startHandshake();
    return socket;
  }

  /// Reads what the hub may still say until it closes; a reset is an end too.
  private static void assertEnds(SSLSocket socket) {
    try {
      while (socket.getInputStream().read() >= 0) {
        // A CONNACK or an HTTP refusal before the end.
      }
    } catch (IOException e) {
      assertThat(e.getMessage()).containsAnyOf("reset", "closed", "Broken pipe", "terminated");
    }
  }

  private static Command curl(String... arguments) throws Exception {
    Path root = folder.resolve("hub/ca/root.pem");
    List<String> argv = new java.util.ArrayList<>(List.of("curl", "-sS", "--cacert", "" + root));
    argv.addAll(List.of(arguments));
    return Command.run(argv, Map.of(), folder, LIMIT);
  }
}
