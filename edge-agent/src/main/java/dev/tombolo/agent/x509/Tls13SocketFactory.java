package dev.tombolo.agent.x509;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Sockets that speak TLS 1.3 only and check the host name (RFC 9525), unless keys are pinned.
final class Tls13SocketFactory extends SSLSocketFactory {
  private static final String[] PROTOCOLS = {"TLSv1.3"};
  private final SSLSocketFactory sockets;
  private final boolean checksName;

  Tls13SocketFactory(SSLSocketFactory sockets) {
    this(sockets, true);
  }

  /// @param checksName false where the peer is known by its key
  Tls13SocketFactory(SSLSocketFactory sockets, boolean checksName) {
    this.sockets = sockets;
    this.checksName = checksName;
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return sockets.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return sockets.getSupportedCipherSuites();
  }

  @Override
  public Socket createSocket() throws IOException {
    return strict(sockets.createSocket());
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    return strict(sockets.createSocket(socket, host, port, autoClose));
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return strict(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return strict(sockets.createSocket(host, port, localHost, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return strict(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort)
      throws IOException {
    return strict(sockets.createSocket(address, port, local, localPort));
  }

  private Socket strict(Socket socket) {
    SSLSocket tls = (SSLSocket) socket;
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    if (checksName) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    tls.setSSLParameters(parameters);
    return tls;
  }
}
