package dev.tombolo.installer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// An HTTP proxy that joins whoever asks it by CONNECT.
final class JoiningProxy implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  private final List<String> asked = new CopyOnWriteArrayList<>();

  JoiningProxy() throws IOException {
    Thread.ofPlatform().daemon().start(this::accept);
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /// Each `host:port`.
  List<String> asked() {
    return asked;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Thread.ofPlatform().daemon().start(() -> join(client));
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private void join(Socket client) {
    try (client) {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = client.getInputStream().read();
        if (next < 0) {
          return;
        }
        head.append((char) next);
      }
      String target = head.substring("CONNECT ".length(), head.indexOf(" HTTP/"));
      asked.add(target);
      int port = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
      try (Socket hub = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client
            .getOutputStream()
            .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        Thread.ofPlatform().daemon().start(() -> copy(client, hub));
        copy(hub, client);
      }
    } catch (IOException e) {
      // One side has closed.
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      // One side has closed.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
