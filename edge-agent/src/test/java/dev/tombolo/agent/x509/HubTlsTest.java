package dev.tombolo.agent.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.agent.core.HubClock;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTlsTest {
  @TempDir Path temp;
  private TestCa ca;
  private AutoCloseable open = () -> {};

  @BeforeEach
  void makeCa() throws IOException {
    ca = TestCa.create(temp.resolve("ca"));
  }

  @AfterEach
  void close() throws Exception {
    open.close();
  }

  @Test
  void theHubOfTheTokenIsTrusted() throws Exception {
    int port = serve(ca.server());

    try (SSLSocket socket = connect(pinned(), port)) {
      assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
    }
  }

  @Test
  void anotherHubIsRefusedNamingBothKeys() throws Exception {
    TestCa stranger = TestCa.create(temp.resolve("stranger"));
    int port = serve(stranger.server());
    Reason both = new Reason.PinMismatch(ca.rootKey().text(), stranger.rootKey().text());

    assertThatThrownBy(() -> connect(pinned(), port))
        .isInstanceOfSatisfying(
            SSLHandshakeException.class,
            e -> assertThat(RefusedException.within(e)).contains(both));
  }

  @Test
  void anotherHostNameIsRefused() throws Exception {
    int port = serve(ca.server("serverAuth", "DNS:elsewhere.example"));

    assertThatThrownBy(() -> connect(pinned(), port))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("No subject alternative");
  }

  @Test
  void aDevicesCertificateIsNoHubs() throws Exception {
    int port = serve(ca.server("clientAuth", "DNS:localhost,IP:127.0.0.1"));

    assertThatThrownBy(() -> connect(pinned(), port))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("not one for a server");
  }

  @Test
  void aClockAtItsBeginningDoesNotKeepTheDeviceFromAskingForTheTime() throws Exception {
    int port = serve(ca.server());

    try (SSLSocket socket = connect(HubTls.timeOnly(ca.rootKey()), port)) {
      assertThat(socket.isConnected()).isTrue();
    }
  }

  @Test
  void aClockAtItsBeginningLetsTheDeviceDoNothingElseBefore() throws Exception {
    int port = serve(ca.server());

    assertDatesRefused(0, port);
  }

  @Test
  void whoAsksForTheTimeAsksNoStranger() throws Exception {
    int port = serve(TestCa.create(temp.resolve("stranger")).server());

    assertThatThrownBy(() -> connect(HubTls.timeOnly(ca.rootKey()), port))
        .isInstanceOf(SSLHandshakeException.class);
  }

  @Test
  void anExpiredHubIsRefused() throws Exception {
    int port = serve(ca.server());
    long inThreeMonths = System.currentTimeMillis() + 90L * 24 * 3600 * 1000;

    assertDatesRefused(inThreeMonths, port);
  }

  private void assertDatesRefused(long nowMillis, int port) throws Exception {
    AtomicInteger doubts = new AtomicInteger();
    HubClock clock =
        new HubClock() {
          @Override
          public long nowMillis() {
            return nowMillis;
          }

          @Override
          public void doubted() {
            doubts.incrementAndGet();
          }
        };
    SSLSocketFactory sockets = HubTls.pinned(ca.rootKey(), clock);

    assertThatThrownBy(() -> connect(sockets, port))
        .isInstanceOfSatisfying(
            SSLHandshakeException.class,
            e ->
                assertThat(RefusedException.within(e))
                    .containsInstanceOf(Reason.HubCertificateDates.class));
    assertThat(doubts).hasValue(1);
  }

  @Test
  void theDeviceShowsItsCertificateWhateverIssuersTheServerNames() throws Exception {
    IdentityFolder identity = new IdentityFolder(temp.resolve("identity"));
    String chain = ca.signDevice(identity.request(), "dev-000000000000000000000000");
    identity.keepEnrolled(chain, ca.rootKey(), "document");
    CompletableFuture<X509Certificate> shown = new CompletableFuture<>();
    int port = serve(ca.server(), shown);

    try (SSLSocket socket = connect(HubTls.mutual(identity, System::currentTimeMillis), port)) {
      assertThat(socket.isConnected()).isTrue();
      assertThat(shown.get().getSubjectX500Principal().getName())
          .contains("CN=dev-000000000000000000000000");
    }
  }

  private SSLSocketFactory pinned() throws Exception {
    return HubTls.pinned(ca.rootKey(), System::currentTimeMillis);
  }

  private static SSLSocket connect(SSLSocketFactory sockets, int port) throws IOException {
    SSLSocket socket = (SSLSocket) sockets.createSocket("localhost", port);
    socket.startHandshake();
    return socket;
  }

  private int serve(SSLContext context) throws IOException {
    return serve(context, new CompletableFuture<>());
  }

  private int serve(SSLContext context, CompletableFuture<X509Certificate> shown)
      throws IOException {
    SSLServerSocket server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    server.setWantClientAuth(true);
    open = server;
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (SSLSocket socket = (SSLSocket) server.accept()) {
                socket.startHandshake();
                shown.complete((X509Certificate) socket.getSession().getPeerCertificates()[0]);
                socket.getInputStream().read();
              } catch (IOException e) {
                shown.completeExceptionally(e);
              }
            });
    return server.getLocalPort();
  }
}
