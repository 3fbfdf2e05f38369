package dev.tombolo.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.sqlite.SqliteAgentStore;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.agent.x509.IdentityFolder;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  @TempDir Path temp;
  private Path data;
  private IdentityFolder identity;
  private SSLServerSocket hub;
  private ServerSocket proxy;

  @BeforeEach
  void join() throws Exception {
    data = Files.createDirectory(temp.resolve("data"));
    TestCa ca = TestCa.create(temp.resolve("ca"));
    identity = new IdentityFolder(new AgentFolders(data).identity());
    String chain = ca.signDevice(identity.request(), "dev-000000000000000000000000");
    identity.keepEnrolled(chain, ca.rootKey(), "document");
    SSLContext context = ca.server();
    hub =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::serve);
    proxy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    SqliteAgentStore.create(
            data,
            new Enrolment(
                DeviceId.ofKey(new byte[] {1}),
                new Name("north"),
                new Name("store-1"),
                new Name("counter-1"),
                ca.rootKey(),
                Digest.ofText("publisher"),
                "pem",
                new History(1, "first"),
                List.of(),
                "https://localhost:" + hub.getLocalPort(),
                "incarnation"))
        .close();
  }

  @AfterEach
  void close() throws IOException {
    hub.close();
    proxy.close();
  }

  @Test
  void aProxyIsTriedAsTheAgentDoes() {
    Thread.ofPlatform().daemon().start(() -> answer("HTTP/1.1 200 Joined\r\n\r\n", true));

    List<Doctor.Finding> findings = examine();

    assertThat(finding(findings, "proxy").ok()).isTrue();
    assertThat(finding(findings, "TLS").ok()).isTrue();
  }

  @Test
  void aProxyThatRefusesIsNoLine() {
    Thread.ofPlatform().daemon().start(() -> answer("HTTP/1.1 403 No\r\n\r\n", false));

    Doctor.Finding found = finding(examine(), "proxy");

    assertThat(found.ok()).isFalse();
    assertThat(found.detail()).contains("403");
  }

  /// The agent that runs beside is in the middle of it.
  @Test
  void aRenewalUnderWayIsLookedAtAndNotFinished() throws Exception {
    Path folder = new AgentFolders(data).identity();
    Files.move(folder.resolve("certificate.pem"), folder.resolve("certificate.next.pem"));
    Files.move(folder.resolve("key.pem"), folder.resolve("key.next.pem"));
    Files.writeString(folder.resolve("certificate.pem"), "the old one");
    Files.writeString(folder.resolve("key.pem"), "the old one");
    Thread.ofPlatform().daemon().start(() -> answer("HTTP/1.1 200 Joined\r\n\r\n", true));

    List<Doctor.Finding> findings = examine();

    assertThat(finding(findings, "certificate").ok()).isTrue();
    assertThat(finding(findings, "TLS").ok()).isTrue();
    assertThat(folder.resolve("certificate.pem")).hasContent("the old one");
    assertThat(folder.resolve("key.next.pem")).exists();
  }

  private List<Doctor.Finding> examine() {
    InetSocketAddress through =
        InetSocketAddress.createUnresolved("localhost", proxy.getLocalPort());
    return Doctor.examine(
        new AgentConfig(data, Map.of(), 0, 0, 300, false, 8444, Optional.of(through)));
  }

  private static Doctor.Finding finding(List<Doctor.Finding> findings, String what) {
    return findings.stream()
        .filter(it -> it.what().equals(what))
        .findFirst()
        .orElseThrow(() -> new AssertionError(what + " is not in " + findings));
  }

  private void serve() {
    try (SSLSocket socket = (SSLSocket) hub.accept()) {
      socket.startHandshake();
      socket.getInputStream().read();
    } catch (IOException e) {
      // The doctor has seen enough.
    }
  }

  private void answer(String head, boolean joins) {
    try (Socket client = proxy.accept()) {
      StringBuilder asked = new StringBuilder();
      while (asked.indexOf("\r\n\r\n") < 0) {
        asked.append((char) client.getInputStream().read());
      }
      client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      if (joins) {
        try (Socket on = new Socket(InetAddress.getLoopbackAddress(), hub.getLocalPort())) {
          Thread.ofPlatform().daemon().start(() -> copy(client, on));
          copy(on, client);
        }
      }
    } catch (IOException e) {
      // The doctor has gone.
    }
  }

  private static void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      // One side has closed.
    }
  }
}
