package dev.tombolo.bench.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@SuppressWarnings("NullAway.Init")
class LineTest {
  private static final int SHORT_MILLIS = 150;

  private ServerSocket hub;
  private Line line;

  @BeforeEach
  void listen() throws IOException {
    hub = new ServerSocket(0, 16, InetAddress.ofLiteral("127.0.0.1"));
    line = Line.listen(0, new InetSocketAddress("127.0.0.1", hub.getLocalPort()));
  }

  @AfterEach
  void close() throws IOException {
    line.close();
    hub.close();
  }

  @Test
  void anOpenLineForwardsBothWaysAndCounts() throws IOException {
    try (Socket device = device();
        Socket there = hub.accept()) {
      send(device, "hello");
      assertThat(receive(there, 5)).isEqualTo("hello");
      send(there, "welcome");
      assertThat(receive(device, 7)).isEqualTo("welcome");
      assertThat(line.bytesUp()).isEqualTo(5);
      assertThat(line.bytesDown()).isEqualTo(7);
    }
  }

  @Test
  void aConnectionThatHasLivedItsBytesIsBroken() throws IOException {
    try (Line mortal =
            Line.listen(
                new InetSocketAddress("127.0.0.1", 0),
                new InetSocketAddress("127.0.0.1", hub.getLocalPort()),
                3,
                () -> 4);
        Socket device = new Socket("127.0.0.1", mortal.port());
        Socket there = hub.accept()) {
      send(there, "welcome to the hub");

      assertThat(receive(device, 7)).isEqualTo("welcome");
      assertThatThrownBy(() -> receive(device, 1)).isInstanceOf(IOException.class);
      assertThat(mortal.bytesDown()).isEqualTo(7);
      assertThat(mortal.cuts()).isEqualTo(1);
    }
  }

  @Test
  void aCutLineForwardsNothingAndClosesNothing() throws IOException {
    try (Socket device = device();
        Socket there = hub.accept()) {
      line.set(new LineMode.Cut());
      send(device, "lost?");
      there.setSoTimeout(SHORT_MILLIS);
      assertThatThrownBy(() -> receive(there, 1)).isInstanceOf(SocketTimeoutException.class);
      there.setSoTimeout(0);
      line.set(new LineMode.Open());
      assertThat(receive(there, 5)).isEqualTo("lost?");
    }
  }

  @Test
  void aCutLineHidesTheHubsGoodbyeUntilItOpens() throws IOException {
    try (Socket device = device()) {
      Socket there = hub.accept();
      line.set(new LineMode.Cut());
      there.close();
      device.setSoTimeout(SHORT_MILLIS);
      assertThatThrownBy(() -> device.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      device.setSoTimeout(0);
      line.set(new LineMode.Open());
      assertThat(device.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void newConnectionsReachNobodyWhileTheLineIsCut() throws IOException {
    line.set(new LineMode.Cut());
    try (Socket device = device()) {
      send(device, "x");
      hub.setSoTimeout(SHORT_MILLIS);
      assertThatThrownBy(() -> hub.accept()).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void aStalledLinePausesAtEveryByte() throws IOException {
    line.set(new LineMode.Stall(20, 30, 1));
    try (Socket device = device();
        Socket there = hub.accept()) {
      long start = System.nanoTime();
      send(device, "0123456789");
      assertThat(receive(there, 10)).isEqualTo("0123456789");
      assertThat(System.nanoTime() - start).isGreaterThan(10 * 20_000_000L);
    }
  }

  @Test
  void aThrottledLineKeepsToItsSpeed() throws IOException {
    line.set(new LineMode.Throttle(20_000));
    try (Socket device = device();
        Socket there = hub.accept()) {
      long start = System.nanoTime();
      send(device, "x".repeat(6_000));
      receive(there, 6_000);
      assertThat(System.nanoTime() - start).isGreaterThan(290_000_000L);
    }
  }

  @Test
  void anUnknownModeSaysWhatToWrite() {
    assertThatThrownBy(() -> LineMode.parse("snip"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'snip'")
        .hasMessageContaining("open, cut, stall");
    assertThat(LineMode.parse("stall 1000 5000")).isEqualTo(new LineMode.Stall(1000, 5000, 1));
  }

  private Socket device() throws IOException {
    return new Socket(InetAddress.ofLiteral("127.0.0.1"), line.port());
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String receive(Socket socket, int bytes) throws IOException {
    return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
  }
}
