package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Lines that come and say nothing, or next to nothing, are closed within seconds.
@Tag("slow")
class SlowLorisTest {
  private static final long LIMIT_MILLIS = EdgeBounds.HANDSHAKE_MILLIS + 20_000;

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

  private interface Opening {
    Socket open() throws Exception;
  }

  @Test
  void dripsAreClosedWhateverTheyDrip() throws Exception {
    TestHub.Device device = hub.newDevice();
    byte[] hello = {0x16, 3, 1, 2, 0, 1, 0, 1, 0xf};
    byte[] header = "GET /healthz HTTP/1.1\r\nHost: hub\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] connect = new RawMqtt.Connect(device.id().text()).bytes();
    byte[] almost = Arrays.copyOf(connect, connect.length - 1);
    try (ExecutorService lines = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> handshake =
          lines.submit(() -> isClosed(() -> new Socket("127.0.0.1", hub.port()), hello));
      Future<Boolean> silence =
          lines.submit(() -> isClosed(() -> new Socket("127.0.0.1", hub.port()), new byte[0]));
      Future<Boolean> http = lines.submit(() -> isClosed(() -> over(Optional.empty()), header));
      Future<Boolean> mqtt = lines.submit(() -> isClosed(() -> over(Optional.of(device)), almost));

      assertThat(handshake.get()).isTrue();
      assertThat(silence.get()).isTrue();
      assertThat(http.get()).isTrue();
      assertThat(mqtt.get()).isTrue();
    }
  }

  private static Socket over(Optional<TestHub.Device> device) throws Exception {
    return hub.tls(device).getSocketFactory().createSocket("127.0.0.1", hub.port());
  }

  private static boolean isClosed(Opening opening, byte[] drips) throws Exception {
    try (Socket socket = opening.open()) {
      return isClosedWhileDripping(socket, drips);
    }
  }

  /// Sends a byte now and then; time passing is the thing under test.
  private static boolean isClosedWhileDripping(Socket socket, byte[] bytes) throws IOException {
    socket.setSoTimeout(300);
    OutputStream out = socket.getOutputStream();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
    int next = 0;
    while (System.nanoTime() < end) {
      try {
        if (next < bytes.length) {
          out.write(bytes[next++]);
          out.flush();
        }
        if (socket.getInputStream().read() < 0) {
          return true;
        }
      } catch (SocketTimeoutException e) {
        LockSupport.parkNanos(1_000_000);
      } catch (IOException e) {
        return true;
      }
    }
    return false;
  }
}
