package dev.tombolo.agent.mqtt;

import dev.tombolo.protocol.reason.Quoted;
import java.net.URI;
import java.net.URISyntaxException;

/// Where to connect: `wss://host:port/mqtt` (WebSocket) or `mqtts://host:port` (plain MQTT over
/// TLS).
record LinkUrl(boolean webSocket, String host, int port, String path) {
  private static final int PORT_MAX = 65_535;
  private static final int WSS_PORT = 443;
  private static final int MQTTS_PORT = 8883;

  /// @throws IllegalArgumentException saying what is wrong with the text
  static LinkUrl parse(String text) {
    URI uri;
    String shown = Quoted.of(text);
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("'" + shown + "' is not a URL: " + e.getReason(), e);
    }
    boolean webSocket = "wss".equals(uri.getScheme());
    if (!webSocket && !"mqtts".equals(uri.getScheme())) {
      throw new IllegalArgumentException(
          "'" + shown + "' is not a link; use wss://host:port/mqtt or mqtts://host:port");
    }
    String host = uri.getHost();
    if (host == null) {
      throw new IllegalArgumentException("'" + shown + "' names no host");
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = uri.getPort() > 0 ? uri.getPort() : webSocket ? WSS_PORT : MQTTS_PORT;
    if (port > PORT_MAX) {
      throw new IllegalArgumentException("'" + shown + "' has the port " + port + "; use 1-65535");
    }
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return new LinkUrl(webSocket, host, port, path);
  }

  /// `host:port`, as the Host header and CONNECT want it.
  String authority() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
