package dev.tombolo.agent.mqtt;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/// A TLS server that does with each connection what a test says.
final class SmallHub implements AutoCloseable {
  private final SSLServerSocket server;
  private final List<SSLSocket> sockets = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  /// What to do with one connection.
  @FunctionalInterface
  interface Script {
    void serve(Peer peer) throws Exception;
  }

  SmallHub(SSLContext context, Script script) throws IOException {
    server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    server.setWantClientAuth(true);
    Thread.ofPlatform().daemon().start(() -> accept(script));
  }

  private void accept(Script script) {
    while (!server.isClosed()) {
      try {
        SSLSocket socket = (SSLSocket) server.accept();
        sockets.add(socket);
        Thread.ofPlatform().daemon().start(() -> serve(socket, script));
      } catch (IOException e) {
        failures.add(e);
      }
    }
  }

  private void serve(SSLSocket socket, Script script) {
    try (socket) {
      script.serve(new Peer(socket.getInputStream(), socket.getOutputStream()));
    } catch (Exception | AssertionError e) {
      failures.add(e);
    }
  }

  int port() {
    return server.getLocalPort();
  }

  String webSocketUrl() {
    return "wss://localhost:" + port() + "/mqtt";
  }

  String plainUrl() {
    return "mqtts://localhost:" + port();
  }

  /// What went wrong in the scripts, to see when a test fails.
  List<Throwable> failures() {
    return failures;
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SSLSocket socket : sockets) {
      socket.close();
    }
  }
}
