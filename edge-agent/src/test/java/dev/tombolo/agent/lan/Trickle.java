package dev.tombolo.agent.lan;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Stands before a peer that has the right key, and lets a byte of what it says through now and
/// then: too often for any limit of one read.
final class Trickle implements AutoCloseable {
  private static final long EVERY_MILLIS = 100;

  private final ServerSocket server;
  private final int behind;
  private final int freely;
  private final CountDownLatch closed = new CountDownLatch(1);

  /// @param behind port of the peer
  /// @param freely bytes of each connection that come at once
  Trickle(int behind, int freely) throws IOException {
    this.behind = behind;
    this.freely = freely;
    server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
    Thread.ofPlatform().daemon().start(this::accept);
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        Socket far = new Socket("127.0.0.1", behind);
        Thread.ofPlatform().daemon().start(() -> pass(near, far, Integer.MAX_VALUE));
        Thread.ofPlatform().daemon().start(() -> pass(far, near, freely));
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private void pass(Socket from, Socket to, int atOnce) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8 * 1024];
      int left = atOnce;
      int read;
      while ((read = in.read(buffer, 0, left > 0 ? Math.min(left, buffer.length) : 1)) >= 0) {
        if (left <= 0 && closed.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
        left = Math.max(0, left - read);
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // One of them has left.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
  }
}
