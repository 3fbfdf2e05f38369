package dev.tombolo.hub.gitops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedHttpTest {
  private static final String COMMIT = "0123456789012345678901234567890123456789";

  @TempDir Path folder;

  @Test
  void onlyTheRepositorysOwnServerIsAsked() throws IOException {
    BoundedHttp http = new BoundedHttp(url("https://git.example.com/shops.git"), 1_000, null);

    assertThat(http.create(url("https://GIT.example.com:443/shops.git/HEAD"))).isNotNull();
    for (String other :
        List.of(
            "https://git.example.com:8443/shops.git",
            "http://git.example.com/shops.git",
            "http://git.example.com:443/shops.git",
            "https://example.com/shops.git")) {
      assertThatThrownBy(() -> http.create(url(other))).hasMessageContaining("another server");
      assertThatThrownBy(() -> http.create(url(other), Proxy.NO_PROXY))
          .isInstanceOf(IOException.class);
    }
  }

  /// A server without Git's own protocol may name another one that is to have the objects.
  @Test
  void aServerThatNamesAnotherOneDoesNotGetThePasswordThere() throws Exception {
    Queue<String> askedHere = new ConcurrentLinkedQueue<>();
    Queue<String> askedThere = new ConcurrentLinkedQueue<>();
    HttpServer there = server(askedThere, Map.of());
    String other = "http://127.0.0.1:" + there.getAddress().getPort() + "/other.git/objects\n";
    HttpServer here =
        server(
            askedHere,
            Map.of(
                "/shops.git/info/refs",
                COMMIT + "\trefs/heads/main\n",
                "/shops.git/HEAD",
                "ref: refs/heads/main\n",
                "/shops.git/objects/info/http-alternates",
                other));
    String from = "http://127.0.0.1:" + here.getAddress().getPort() + "/shops.git";
    try (Repository repository = new FileRepository(folder.toFile())) {
      repository.create(true);
      try (Transport transport = Transport.open(repository, new URIish(from))) {
        ((TransportHttp) transport)
            .setHttpConnectionFactory(new BoundedHttp(url(from), 1_000_000, null));
        ((TransportHttp) transport).setPreemptiveBasicAuthentication("tombolo", "secret");
        assertThatThrownBy(
                () ->
                    transport.fetch(
                        NullProgressMonitor.INSTANCE,
                        List.of(new RefSpec("refs/heads/main:refs/tombolo/newest"))))
            .isInstanceOf(TransportException.class);
      }
    } finally {
      here.stop(0);
      there.stop(0);
    }

    assertThat(askedHere).contains("/shops.git/objects/info/http-alternates");
    assertThat(askedThere).isEmpty();
  }

  private static HttpServer server(Queue<String> asked, Map<String, String> files)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          asked.add(path);
          String text = files.get(path);
          if (text == null) {
            exchange.sendResponseHeaders(404, -1);
          } else {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
          exchange.close();
        });
    server.start();
    return server;
  }

  private static URL url(String text) throws IOException {
    return URI.create(text).toURL();
  }
}
