package dev.tombolo.agent.mqtt;

import dev.tombolo.protocol.reason.Quoted;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// An HTTP proxy between shop and hub, passed by CONNECT (RFC 9110 s. 9.3.6).
public final class HttpProxy {
  private HttpProxy() {}

  /// Asks the proxy at the other end of the socket to join us to the host.
  ///
  /// @param authority `host:port`
  public static void tunnel(Socket socket, InetSocketAddress proxy, String authority)
      throws IOException {
    OutputStream out = socket.getOutputStream();
    String request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
    out.write(request.getBytes(StandardCharsets.US_ASCII));
    out.flush();
    HttpHead head = HttpHead.read(socket.getInputStream());
    if (head.status() / 100 != 2) {
      throw new IOException(
          "the proxy "
              + proxy.getHostString()
              + ":"
              + proxy.getPort()
              + " answered '"
              + Quoted.of(head.statusLine())
              + "'");
    }
  }
}
