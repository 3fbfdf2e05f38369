package dev.tombolo.bench.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Free ports of 127.0.0.1, all drawn at once so that none is drawn twice.
final class Ports {
  private final List<Integer> free;

  private Ports(List<Integer> free) {
    this.free = free;
  }

  static Ports draw(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1")));
      }
      return new Ports(new ArrayList<>(held.stream().map(ServerSocket::getLocalPort).toList()));
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  int next() {
    return free.removeLast();
  }
}
