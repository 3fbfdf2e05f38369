package dev.tombolo.hub.cli.client;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// One operator's way to one hub. Every method throws [Failure] with the next step when the hub
/// cannot be reached or says no.
public final class HubClient implements AutoCloseable {
  private static final Duration CONNECT_WAIT_MAX = Duration.ofSeconds(5);
  private static final Duration ANSWER_WAIT_MAX = Duration.ofSeconds(40);
  private static final Duration UPLOAD_WAIT_MAX = Duration.ofHours(6);
  private static final Pattern NEXT = Pattern.compile("</api/v1(/[^>]*)>; rel=\"next\"");
  private static final int REFUSAL_BYTES_MAX = 64 * 1024;

  private final URI base;
  private final String token;
  private final Path tokenFile;
  private final HttpClient http;

  /// @param tokenFile where the token came from, for messages
  public HubClient(URI base, String token, Path tokenFile) {
    this.base = base;
    this.token = token;
    this.tokenFile = tokenFile;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT_WAIT_MAX)
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER);
    if ("http".equals(base.getScheme())) {
      builder.sslContext(new NoTls()).sslParameters(new SSLParameters());
    }
    this.http = builder.build();
  }

  public <T> T get(Class<T> type, String path) {
    return AdminJson.read(type, getText(path));
  }

  public <T> List<T> list(Class<T> type, String path) {
    return AdminJson.readList(type, getText(path));
  }

  /// A part of a list, and where it goes on.
  ///
  /// @param next path of the part after it
  /// @param total rows of the whole list, where the hub tells it
  public record Page<T>(List<T> rows, Optional<String> next, OptionalLong total) {
    public Page {
      rows = List.copyOf(rows);
    }
  }

  public <T> Page<T> page(Class<T> type, String path) {
    HttpResponse<String> response = exchange(request(path).GET(), ANSWER_WAIT_MAX);
    refuse(response);
    return new Page<>(
        AdminJson.readList(type, response.body()),
        response.headers().firstValue("Link").flatMap(HubClient::nextOf),
        response.headers().firstValueAsLong("Tombolo-Total"));
  }

  private static Optional<String> nextOf(String link) {
    Matcher matcher = NEXT.matcher(link);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  public String getText(String path) {
    return send(request(path).GET(), ANSWER_WAIT_MAX);
  }

  public <T> T post(Class<T> type, String path, Object body) {
    return AdminJson.read(type, postText(path, AdminJson.write(body)));
  }

  /// For bodies whose exact text matters, like a signed envelope.
  public String postText(String path, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)),
        ANSWER_WAIT_MAX);
  }

  public <T> T delete(Class<T> type, String path) {
    return AdminJson.read(type, send(request(path).DELETE(), ANSWER_WAIT_MAX));
  }

  public boolean hasFile(Digest digest) {
    HttpRequest.Builder request =
        request("/files/" + digest.hex()).method("HEAD", BodyPublishers.noBody());
    HttpResponse<String> response = exchange(request, ANSWER_WAIT_MAX);
    if (response.statusCode() == 404) {
      return false;
    }
    refuse(response);
    return true;
  }

  public void putFile(Digest digest, BodyPublisher content) {
    send(
        request("/files/" + digest.hex())
            .header("Content-Type", "application/octet-stream")
            .PUT(content),
        UPLOAD_WAIT_MAX);
  }

  /// A file of the hub's store; to be closed.
  public InputStream openFile(Digest digest) throws IOException {
    return open("/files/" + digest.hex());
  }

  /// A bundle; to be closed.
  public InputStream openBundle(Digest digest) throws IOException {
    return open("/bundles/" + digest.hex());
  }

  private InputStream open(String path) throws IOException {
    HttpRequest.Builder request = request(path).GET();
    HttpResponse<InputStream> response =
        exchange(request, ANSWER_WAIT_MAX, BodyHandlers.ofInputStream());
    if (response.statusCode() >= 400) {
      try (InputStream body = response.body()) {
        refuse(
            response.statusCode(),
            new String(body.readNBytes(REFUSAL_BYTES_MAX), StandardCharsets.UTF_8));
      }
    }
    return response.body();
  }

  /// A part of a path or query, escaped.
  ///
  /// @throws Failure when it is empty: a path without it means something else
  public static String escape(String part) {
    if (part.isBlank()) {
      throw Failure.usage("'" + part + "' names nothing; give a name");
    }
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    http.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + "/api/v1" + path))
        .header("Authorization", "Bearer " + token)
        .header("Accept", "application/json");
  }

  private String send(HttpRequest.Builder request, Duration wait) {
    HttpResponse<String> response = exchange(request, wait);
    refuse(response);
    return response.body();
  }

  private HttpResponse<String> exchange(HttpRequest.Builder request, Duration wait) {
    return exchange(request, wait, BodyHandlers.ofString());
  }

  private <T> HttpResponse<T> exchange(
      HttpRequest.Builder request, Duration wait, BodyHandler<T> body) {
    try {
      return http.send(request.timeout(wait).build(), body);
    } catch (ConnectException e) {
      throw notReached("no hub answers at " + base, e);
    } catch (HttpTimeoutException e) {
      throw notReached(
          "the hub at " + base + " did not answer within " + wait.toSeconds() + " s", e);
    } catch (IOException e) {
      throw notReached("the line to the hub at " + base + " broke (" + e.getMessage() + ")", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notReached("interrupted while waiting for the hub at " + base, e);
    }
  }

  private static Failure notReached(String what, Exception cause) {
    return new Failure(
        Exit.HUB_NOT_REACHED,
        "hub-not-reached",
        what
            + "; is it running ('tombolo hub --data DIR')?"
            + " Point elsewhere with --hub URL or TOMBOLO_HUB",
        cause);
  }

  private void refuse(HttpResponse<String> response) {
    refuse(response.statusCode(), response.body());
  }

  private void refuse(int status, String body) {
    if (status < 400) {
      return;
    }
    if (status == 401) {
      throw Failure.refused(
          "not-known",
          "the hub at "
              + base
              + " does not take the operator's token in "
              + tokenFile
              + "; it was revoked or is another hub's. Ask an operator: tombolo user create NAME");
    }
    if (body.isEmpty()) {
      // An answer to HEAD has none.
      throw new Failure(
          exit(status, null),
          status == 503 ? "busy" : "refused",
          "the hub at "
              + base
              + " answered "
              + status
              + (status == 503 ? "; it is busy, try again later" : "; see the hub's log"));
    }
    try {
      Refusal refusal = Json.read(Refusal.class, body, REFUSAL_BYTES_MAX);
      throw new Refused(refusal.reason(), refusal.message(), exit(status, refusal.reason()));
    } catch (MalformedException e) {
      throw new Failure(
          Exit.HUB_NOT_REACHED,
          "not-a-hub",
          base
              + " answered "
              + status
              + ", but not as a hub does; check --hub, it must be the admin port",
          e);
    }
  }

  private static int exit(int status, @Nullable Reason reason) {
    if (reason instanceof Reason.ProtectedFleet) {
      return Exit.NOT_CONFIRMED;
    }
    return switch (status) {
      case 404 -> Exit.NOT_FOUND;
      case 503 -> Exit.HUB_NOT_REACHED;
      default -> Exit.REFUSED;
    };
  }
}
