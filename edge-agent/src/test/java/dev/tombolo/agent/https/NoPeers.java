package dev.tombolo.agent.https;

import dev.tombolo.agent.core.PeerTls;
import java.security.cert.Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/// Of a device that is alone in its site.
final class NoPeers implements PeerTls {
  @Override
  public SSLContext context() {
    throw new AssertionError("nobody is there");
  }

  @Override
  public SSLSocketFactory sockets() {
    throw new AssertionError("nobody is there");
  }

  @Override
  public boolean isPeer(Certificate certificate) {
    return false;
  }
}
