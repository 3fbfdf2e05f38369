package dev.tombolo.hub.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.tombolo.hub.x509.ServerIdentity;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A Git server over TLS: `git http-backend`, which is Git's own, behind a small HTTPS server.
final class GitServer implements AutoCloseable {
  private static final int STATUS_OK = 200;
  private static final int SERVER_ERROR = 500;

  private final Path repositories;
  private final HttpsServer server;
  private final AtomicInteger fetches = new AtomicInteger();
  private volatile Optional<String> wanted = Optional.empty();
  private volatile Optional<String> elsewhere = Optional.empty();
  private volatile int status;

  GitServer(Path repositories, ServerIdentity identity) throws IOException {
    this(repositories, identity, 0);
  }

  /// @param port 0: any
  GitServer(Path repositories, ServerIdentity identity, int port) throws IOException {
    this.repositories = repositories;
    this.server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls(identity)));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  private static SSLContext tls(ServerIdentity identity) {
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry("server", identity.key(), new char[0], identity.chain());
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  /// As hub.yaml and a URL name it.
  String host() {
    return "localhost:" + port();
  }

  String url(String repository) {
    return "https://" + host() + "/" + repository;
  }

  /// From now on only this login is let in.
  void wants(String user, String password) {
    String both = user + ":" + password;
    wanted =
        Optional.of(
            "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8)));
  }

  /// From now on everybody is sent on to there.
  void sendsOnTo(String url) {
    elsewhere = Optional.of(url);
  }

  /// From now on it answers so.
  void fails(int failure) {
    status = failure;
  }

  /// How often a repository's content was asked for, and not only its newest commit.
  int fetches() {
    return fetches.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String login = exchange.getRequestHeaders().getFirst("Authorization");
      if (elsewhere.isPresent()) {
        exchange
            .getResponseHeaders()
            .set("Location", elsewhere.get() + exchange.getRequestURI().getRawPath());
        exchange.sendResponseHeaders(302, -1);
      } else if (status > 0) {
        exchange.sendResponseHeaders(status, -1);
      } else if (wanted.isPresent() && !wanted.get().equals(login)) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
        exchange.sendResponseHeaders(401, -1);
      } else {
        serve(exchange);
      }
    }
  }

  /// RFC 3875, as much of it as Git uses.
  private void serve(HttpExchange exchange) throws IOException {
    ProcessBuilder command = new ProcessBuilder("git", "http-backend");
    Map<String, String> environment = command.environment();
    environment.put("GIT_PROJECT_ROOT", repositories.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    environment.put("PATH_INFO", exchange.getRequestURI().getPath());
    String query = exchange.getRequestURI().getRawQuery();
    environment.put("QUERY_STRING", query == null ? "" : query);
    header(exchange, "Content-Type", "CONTENT_TYPE", environment);
    header(exchange, "Content-Encoding", "HTTP_CONTENT_ENCODING", environment);
    header(exchange, "Git-Protocol", "GIT_PROTOCOL", environment);
    // Whole: Git reads to the end of what it is given.
    byte[] body = exchange.getRequestBody().readAllBytes();
    environment.put("CONTENT_LENGTH", Integer.toString(body.length));
    if (text(exchange, body).contains("want ")) {
      fetches.incrementAndGet();
    }
    Process git = command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (OutputStream in = git.getOutputStream()) {
      in.write(body);
    }
    try (InputStream out = new BufferedInputStream(git.getInputStream())) {
      int said = STATUS_OK;
      for (String line = line(out); !line.isEmpty(); line = line(out)) {
        int colon = line.indexOf(':');
        String value = line.substring(colon + 1).strip();
        if (line.startsWith("Status:")) {
          said = Integer.parseInt(value.substring(0, 3));
        } else {
          exchange.getResponseHeaders().set(line.substring(0, colon), value);
        }
      }
      exchange.sendResponseHeaders(
          exchange.getResponseHeaders().isEmpty() ? SERVER_ERROR : said, 0);
      out.transferTo(exchange.getResponseBody());
    } finally {
      git.destroy();
    }
  }

  private static String text(HttpExchange exchange, byte[] body) throws IOException {
    InputStream in = new ByteArrayInputStream(body);
    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      in = new GZIPInputStream(in);
    }
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  private static void header(
      HttpExchange exchange, String name, String as, Map<String, String> environment) {
    String value = exchange.getRequestHeaders().getFirst(name);
    if (value != null) {
      environment.put(as, value);
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
