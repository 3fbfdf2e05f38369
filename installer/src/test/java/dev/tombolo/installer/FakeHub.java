package dev.tombolo.installer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// The pages that `install.sh` asks a hub for, over real TLS, with a CA made by openssl.
final class FakeHub implements AutoCloseable {
  private static final char[] PASSWORD = "secret".toCharArray();

  private final Path folder;
  private final HttpsServer server;
  private final Map<String, byte[]> pages = new ConcurrentHashMap<>();
  private final AtomicInteger cuts = new AtomicInteger();
  private final AtomicInteger resumed = new AtomicInteger();

  /// @param folder where its keys are made
  FakeHub(Path folder) throws IOException, GeneralSecurityException {
    this.folder = folder;
    makeAuthority("root");
    makeServerCertificate("root");
    pages.put("/v1/ca.pem", Files.readAllBytes(folder.resolve("root.pem")));
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls()));
    server.createContext("/", this::answer);
    server.start();
  }

  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  void serve(String path, byte[] page) {
    pages.put(path, page);
  }

  void serveAsCa(String authority) throws IOException {
    pages.put("/v1/ca.pem", Files.readAllBytes(folder.resolve(authority + ".pem")));
  }

  String certificateOf(String authority) throws IOException {
    return Files.readString(folder.resolve(authority + ".pem"));
  }

  /// The next downloads of a package end in the middle.
  void cutNextDownloads(int count) {
    cuts.set(count);
  }

  int resumedDownloads() {
    return resumed.get();
  }

  void makeAuthority(String name) throws IOException {
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN="
            + name
            + " -addext basicConstraints=critical,CA:TRUE -keyout "
            + name
            + ".key -out "
            + name
            + ".pem");
  }

  /// What a join token pins.
  Digest keyOf(String authority) throws IOException, GeneralSecurityException {
    try (InputStream pem = Files.newInputStream(folder.resolve(authority + ".pem"))) {
      return Digest.of(
          CertificateFactory.getInstance("X.509")
              .generateCertificate(pem)
              .getPublicKey()
              .getEncoded());
    }
  }

  private void makeServerCertificate(String authority) throws IOException {
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=hub"
            + " -keyout hub.key -out hub.csr");
    Files.writeString(folder.resolve("hub.ext"), "subjectAltName=IP:127.0.0.1\n");
    openssl(
        "x509 -req -in hub.csr -days 2 -extfile hub.ext -out hub.pem -CAcreateserial -CA "
            + authority
            + ".pem -CAkey "
            + authority
            + ".key");
    openssl("pkcs12 -export -in hub.pem -inkey hub.key -passout pass:secret -out hub.p12");
  }

  private void openssl(String arguments) throws IOException {
    Tool.run(folder, Map.of(), List.of(("openssl " + arguments).split(" ")));
  }

  private SSLContext tls() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(folder.resolve("hub.p12"))) {
      keys.load(file, PASSWORD);
    }
    KeyManagerFactory manager =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    manager.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(manager.getKeyManagers(), null, null);
    return context;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] page = pages.get(path);
      if (page == null) {
        byte[] absent = "{}".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(404, absent.length);
        exchange.getResponseBody().write(absent);
        return;
      }
      int from = 0;
      String range = exchange.getRequestHeaders().getFirst("Range");
      if (range != null) {
        from = Integer.parseInt(range.substring("bytes=".length(), range.indexOf('-')));
        resumed.incrementAndGet();
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes %d-%d/%d".formatted(from, page.length - 1, page.length));
      }
      exchange.sendResponseHeaders(range == null ? 200 : 206, page.length - from);
      int length = page.length - from;
      if (path.endsWith(ShopPackage.NAME) && cuts.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        length /= 2;
      }
      exchange.getResponseBody().write(page, from, length);
      exchange.getResponseBody().flush();
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
