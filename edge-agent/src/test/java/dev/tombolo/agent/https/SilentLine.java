package dev.tombolo.agent.https;

import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocketFactory;

/// Whoever connects waits, until this is closed.
final class SilentLine extends SSLSocketFactory implements AutoCloseable {
  private final CountDownLatch connecting = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  void awaitConnection() throws InterruptedException {
    connecting.await();
  }

  @Override
  public Socket createSocket() throws SocketException {
    connecting.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new SocketException("this line is silent");
  }

  @Override
  public Socket createSocket(Socket connected, String host, int port, boolean autoClose)
      throws SocketException {
    return createSocket();
  }

  @Override
  public Socket createSocket(String host, int port) throws SocketException {
    return createSocket();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort)
      throws SocketException {
    return createSocket();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws SocketException {
    return createSocket();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
      throws SocketException {
    return createSocket();
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return new String[0];
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return new String[0];
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
