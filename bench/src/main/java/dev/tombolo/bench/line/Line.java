package dev.tombolo.bench.line;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// A listening port whose connections lead to the target through one [Gate].
public final class Line implements AutoCloseable {
  private static final int CONNECT_MILLIS = 5_000;

  /// What has gone through but is not received: a line holds little, a loopback socket megabytes.
  private static final int SEND_BUFFER_BYTES = 128 * 1024;

  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final Gate gate = new Gate();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong up = new AtomicLong();
  private final AtomicLong down = new AtomicLong();

  private final long spared;
  private final LongSupplier lives;
  private final AtomicLong cuts = new AtomicLong();

  private Line(ServerSocket listener, InetSocketAddress target, long spared, LongSupplier lives) {
    this.spared = spared;
    this.listener = listener;
    this.target = target;
    this.lives = lives;
  }

  /// @param port to listen on at 127.0.0.1; 0 takes a free one
  public static Line listen(int port, InetSocketAddress target) throws IOException {
    return listen(
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port),
        target,
        Long.MAX_VALUE,
        () -> Long.MAX_VALUE);
  }

  /// @param spared so many bytes from the target come over each connection
  /// @param lives asked for each connection that has brought them: how many more it lives, then it
  ///   is broken; asked from many threads
  public static Line listen(
      InetSocketAddress at, InetSocketAddress target, long spared, LongSupplier lives)
      throws IOException {
    var line =
        new Line(new ServerSocket(at.getPort(), 128, at.getAddress()), target, spared, lives);
    Thread.ofVirtual().start(line::accept);
    return line;
  }

  /// Connections that ended because they had lived their bytes.
  public long cuts() {
    return cuts.get();
  }

  public int port() {
    return listener.getLocalPort();
  }

  public void set(LineMode mode) {
    gate.set(mode);
  }

  public LineMode mode() {
    return gate.mode();
  }

  /// Bytes that went from the device's side to the target.
  public long bytesUp() {
    return up.get();
  }

  public long bytesDown() {
    return down.get();
  }

  /// Breaks every connection, what is on its way is lost; new ones are taken.
  public void breakConnections() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    breakConnections();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket device = listener.accept();
        Thread.ofVirtual().start(() -> join(device));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          System.out.println("line " + port() + ": " + e.getMessage());
        }
      }
    }
  }

  /// A cut line also keeps new connections from reaching the target.
  private void join(Socket device) {
    try (device;
        var hub = new Socket()) {
      sockets.add(device);
      sockets.add(hub);
      gate.pass(0);
      hub.connect(target, CONNECT_MILLIS);
      device.setSendBufferSize(SEND_BUFFER_BYTES);
      device.setTcpNoDelay(true);
      hub.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().start(() -> pump(hub, device, down, spared));
      pump(device, hub, up, Long.MAX_VALUE);
      back.join();
    } catch (IOException e) {
      System.out.println("line " + port() + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.removeIf(Socket::isClosed);
    }
  }

  /// Copies until the end of the stream, and hands on that end too. A broken connection breaks the
  /// other side.
  private void pump(Socket from, Socket to, AtomicLong count, long safe) {
    long left = safe;
    boolean isDrawn = false;
    byte[] piece = new byte[Gate.PIECE_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
        // A read may have waited since before the mode changed: each piece goes by the mode of now.
        for (int done = 0; done < got; ) {
          if (left == 0) {
            left = lives.getAsLong();
            isDrawn = true;
          }
          int next = (int) Math.min(left, Math.min(gate.pieceBytes(), got - done));
          gate.pass(next);
          // First: who has received it may ask for the count at once.
          count.addAndGet(next);
          out.write(piece, done, next);
          done += next;
          left -= next;
          if (left == 0 && isDrawn) {
            cuts.incrementAndGet();
            breakOff(from, to);
            return;
          }
        }
      }
      gate.pass(0);
      to.shutdownOutput();
    } catch (IOException e) {
      breakOff(from, to);
    } catch (InterruptedException e) {
      breakOff(from, to);
      Thread.currentThread().interrupt();
    }
  }

  private static void breakOff(Socket from, Socket to) {
    try (from;
        to) {
      from.setSoLinger(true, 0);
      to.setSoLinger(true, 0);
    } catch (IOException e) {
      // Closed already by the other direction, which is what we want.
    }
  }
}
