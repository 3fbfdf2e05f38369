package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.x509.ServerIdentity;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EdgeTlsTest {
  @TempDir Path folder;

  @Test
  void aRenewedCertificateIsShownToThoseWhoComeNext() throws Exception {
    try (TestHub hub = TestHub.start(folder)) {
      Certificate before = shownBy(hub);
      ServerIdentity next =
          hub.authority.brokerIdentity(List.of("localhost", "127.0.0.1"), Instant.now());
      try (RawMqtt there = RawMqtt.connected(hub, hub.newDevice())) {

        hub.edge.renew(EdgeTls.create(next.key(), next.chain(), hub.authority.roots()));

        assertThat(shownBy(hub)).isEqualTo(next.leaf()).isNotEqualTo(before);
        there.send(RawMqtt.packet(0xc0, new byte[0]));
        assertThat(there.read().type()).isEqualTo(13);
      }
    }
  }

  private static Certificate shownBy(TestHub hub) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            hub.tls(Optional.empty()).getSocketFactory().createSocket("127.0.0.1", hub.port())) {
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    }
  }
}
