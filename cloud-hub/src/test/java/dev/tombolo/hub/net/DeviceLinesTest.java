package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How much room whoever has a certificate of ours gets at the edge port.
class DeviceLinesTest {
  @TempDir static Path folder;
  private static TestHub hub;

  @BeforeAll
  static void start() throws Exception {
    hub = TestHub.start(folder);
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  @Test
  void ofADevicesLinesTheOldestGoesButForItsMqttLine() throws Exception {
    TestHub.Device device = hub.newDevice();
    List<Socket> lines = new ArrayList<>();
    try (RawMqtt mqtt = RawMqtt.connected(hub, device)) {
      SSLSocketFactory sockets = hub.tls(Optional.of(device)).getSocketFactory();
      for (int i = 0; i < EdgeBounds.DEVICE_LINES_MAX; i++) {
        lines.add(asking(sockets));
      }

      assertThat(lines.getFirst().getInputStream().read()).isEqualTo(-1);
      ask(lines.getLast());
      mqtt.send(RawMqtt.packet(0xc0, new byte[0]));
      assertThat(mqtt.read().type()).isEqualTo(13);
    } finally {
      for (Socket line : lines) {
        line.close();
      }
    }
  }

  @Test
  void aRevokedCertificateIsToldWhyOnceALineAndCountsAsAStrangers() throws Exception {
    TestHub.Device device = hub.newDevice();
    hub.revoked.add(device.issued().serial());

    try (Socket line = hub.tls(Optional.of(device)).getSocketFactory().createSocket()) {
      connect(line);
      until(() -> hub.edge.strangers() == 1);
    }
    until(() -> hub.edge.strangers() == 0);
    HttpResponse<String> answer = get(device, "/v1/files/" + "0".repeat(64));
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("device-revoked");
    assertThat(answer.headers().firstValue("Connection")).contains("close");
  }

  @Test
  void anExpiredCertificateIsToldSoAndMayAskToRecover() throws Exception {
    TestHub.Device device = hub.newDevice(Duration.ofDays(-1));

    assertThat(get(device, "/v1/files/" + "0".repeat(64)).body()).contains("certificate-expired");
    assertThat(get(device, "/v1/time/" + "0".repeat(32)).statusCode()).isEqualTo(200);
  }

  /// As a hub does that was restored from a backup: its loop knows better than the directory.
  @Test
  void whoIsLetInByTheLoopIsNoStranger() throws Exception {
    TestHub.Device device = hub.newDevice();
    hub.superseded.add(device.issued().serial());

    try (RawMqtt _ = RawMqtt.connected(hub, device)) {
      until(() -> hub.edge.strangers() == 0);
    }
  }

  private static void connect(Socket line) throws Exception {
    line.connect(new java.net.InetSocketAddress("127.0.0.1", hub.port()));
    ((SSLSocket) line).startHandshake();
  }

  private static Socket asking(SSLSocketFactory sockets) throws Exception {
    Socket line = sockets.createSocket("127.0.0.1", hub.port());
    ask(line);
    return line;
  }

  private static void ask(Socket line) throws Exception {
    line.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TestHub.WAIT_SECONDS));
    line.getOutputStream()
        .write("GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("ok\n")) {
      int next = line.getInputStream().read();
      assertThat(next).as("%s", answer).isNotNegative();
      answer.append((char) next);
    }
  }

  private static HttpResponse<String> get(TestHub.Device device, String path) throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(hub.tls(Optional.of(device)))
            .build()) {
      return client.send(
          HttpRequest.newBuilder(java.net.URI.create("https://localhost:" + hub.port() + path))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void until(Condition condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestHub.WAIT_SECONDS);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
