package dev.tombolo.agent.core;

import java.security.cert.Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/// TLS among the devices of a site: mutual, and whoever shows a key that the document in force
/// names is taken, whatever the dates and names of its certificate.
public interface PeerTls {
  SSLContext context();

  /// Always the same, so that connections can be used again.
  SSLSocketFactory sockets();

  /// Whether this is the certificate of a peer now; it may have been one when a line was opened.
  boolean isPeer(Certificate certificate);
}
