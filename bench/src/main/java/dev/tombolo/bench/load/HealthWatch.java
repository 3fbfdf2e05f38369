package dev.tombolo.bench.load;

import dev.tombolo.bench.process.RunningHub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/// Asks the edge port's `/healthz` again and again until it answers.
final class HealthWatch implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(20);
  private static final long LIMIT_SECONDS = 60;

  private final HttpClient http;
  private final HttpRequest request;
  private final CompletableFuture<Long> healthy = new CompletableFuture<>();
  private final Thread thread = Thread.ofPlatform().daemon().name("health").unstarted(this::run);

  private HealthWatch(HttpClient http, HttpRequest request) {
    this.http = http;
    this.request = request;
  }

  static HealthWatch start(RunningHub hub) throws IOException, GeneralSecurityException {
    URI url = URI.create("https://" + RunningHub.HOST + ":" + hub.edgePort() + "/healthz");
    HealthWatch watch =
        new HealthWatch(
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(LoadEnrolment.trusting(hub.root()))
                .build(),
            HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(5)).build());
    watch.thread.start();
    return watch;
  }

  private void run() {
    while (!Thread.interrupted()) {
      try {
        if (http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200) {
          healthy.complete(System.currentTimeMillis());
          return;
        }
      } catch (IOException e) {
        // Not yet.
      } catch (InterruptedException e) {
        return;
      }
      LockSupport.parkNanos(PERIOD.toNanos());
    }
  }

  /// @return when it answered, ms since 1970-01-01T00:00Z
  long awaitHealthy() throws IOException, InterruptedException {
    try {
      return healthy.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the hub's /healthz does not answer", e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    http.shutdownNow();
  }
}
