package dev.tombolo.agent.mqtt;

import dev.tombolo.protocol.reason.Quoted;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// An HTTP proxy between shop and hub, passed by CONNECT (RFC 9110 s. 9.3.6).
final class HttpProxy {
  private HttpProxy() {}

  /// Asks the proxy at the other end of the socket to join us to the host.
  static void tunnel(Socket socket, InetSocketAddress proxy, LinkUrl url) throws IOException {
    OutputStream out = socket.getOutputStream();
    String request =
        "CONNECT " + url.authority() + " HTTP/1.1\r\nHost: " + url.authority() + "\r\n\r\n";
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
