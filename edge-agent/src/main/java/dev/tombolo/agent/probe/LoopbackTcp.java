package dev.tombolo.agent.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;

/// Passes when a connection to 127.0.0.1 opens.
final class LoopbackTcp {
  private LoopbackTcp() {}

  static Optional<String> problem(int port, Duration timeout) throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(loopback, port), Math.toIntExact(timeout.toMillis()));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("127.0.0.1:" + port + ": " + e.getMessage());
    }
  }
}
