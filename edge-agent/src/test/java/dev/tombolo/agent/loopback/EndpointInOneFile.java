package dev.tombolo.agent.loopback;

import java.nio.file.Path;

/// A JVM of its own with an endpoint: it says its port and waits to be killed. What the JDK's
/// server allows is settled once for a JVM.
final class EndpointInOneFile {
  private EndpointInOneFile() {}

  /// @param args data folder
  public static void main(String[] args) throws Exception {
    try (LoopbackEndpoint endpoint =
        new LoopbackEndpoint(event -> {}, Path.of(args[0]), 0, () -> "{}")) {
      System.out.println(endpoint.port());
      Thread.currentThread().join();
    }
  }
}
