package dev.tombolo.hub.mqtt;

import java.net.URI;
import java.nio.file.Path;

/// Where the broker is, and how the hub shows who it is.
///
/// @param url `mqtts://host:port`, or `mqtt://host:port` without TLS
/// @param ca PEM of the root that the broker's certificate must come from
/// @param certificate PEM chain of the hub's client certificate
/// @param key its PKCS#8 PEM
public record BrokerSettings(URI url, Path ca, Path certificate, Path key) {
  boolean isTls() {
    return url.getScheme().equals("mqtts");
  }

  /// As Paho wants it.
  String serverUri() {
    return (isTls() ? "ssl://" : "tcp://") + url.getHost() + ":" + url.getPort();
  }
}
