package dev.tombolo.agent.https;

import dev.tombolo.agent.core.PeerTls;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;

/// Sockets to peers, under a deadline for whatever is read within [#within]. A time limit of a
/// socket is one for each read: whoever sends a byte now and then would never run into it, be it in
/// the handshake, in the head of an answer or within one record of TLS.
final class PeerSockets extends SSLSocketFactory {
  private static final ScopedValue<Long> DEADLINE_NANOS = ScopedValue.newInstance();

  private final PeerTls tls;

  PeerSockets(PeerTls tls) {
    this.tls = tls;
  }

  /// Something that reads from a peer on the calling thread.
  @FunctionalInterface
  interface Reading<T> {
    T call() throws IOException;
  }

  /// @throws SocketTimeoutException when it has not come to an end by then
  static <T> T within(long nanos, Reading<T> reading) throws IOException {
    return ScopedValue.where(DEADLINE_NANOS, System.nanoTime() + nanos).call(reading::call);
  }

  /// Plain: TLS is laid over it once it is connected.
  @Override
  public Socket createSocket() {
    return new DeadlineSocket();
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    return tls.sockets().createSocket(socket, host, port, autoClose);
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return tls.sockets().getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return tls.sockets().getSupportedCipherSuites();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw new IOException("has no deadline");
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    throw new IOException("has no deadline");
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw new IOException("has no deadline");
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort)
      throws IOException {
    throw new IOException("has no deadline");
  }

  private static final class DeadlineSocket extends Socket {
    private int readMillis;

    @Override
    public synchronized void setSoTimeout(int millis) throws java.net.SocketException {
      readMillis = millis;
      super.setSoTimeout(millis);
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read() throws IOException {
          arm();
          return super.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          arm();
          return super.read(bytes, offset, length);
        }
      };
    }

    private synchronized void arm() throws IOException {
      if (!DEADLINE_NANOS.isBound()) {
        super.setSoTimeout(readMillis);
        return;
      }
      long left = TimeUnit.NANOSECONDS.toMillis(DEADLINE_NANOS.get() - System.nanoTime());
      if (left <= 0) {
        throw new SocketTimeoutException("the peer took too long");
      }
      super.setSoTimeout((int) (readMillis == 0 ? left : Math.min(left, readMillis)));
    }
  }
}
