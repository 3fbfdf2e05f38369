package dev.tombolo.hub.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.config.HubConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class HubDaemonTest {
  @TempDir Path folder;

  @Test
  void startsOnAnEmptyFolderAndAgainOnItsOwn() throws Exception {
    HubConfig config = config(folder.resolve("data"));
    String token;
    try (HubDaemon hub = HubDaemon.start(config)) {
      token = Files.readString(folder.resolve("data/admin-token"));
      assertThat(get(hub, "/healthz").statusCode()).isEqualTo(200);
      assertThat(get(hub, "/metrics").body())
          .contains(
              "tombolo_inbox_events",
              "tombolo_commit_seconds",
              "tombolo_edge_sessions",
              "tombolo_certificate_server_days");
      assertThat(hub.readyLine())
          .isEqualTo(
              "hub ready: edge https://localhost:%d admin http://127.0.0.1:%d"
                  .formatted(hub.edgePort(), hub.adminPort()));
    }
    try (HubDaemon hub = HubDaemon.start(config)) {
      assertThat(get(hub, "/healthz").statusCode()).isEqualTo(200);
      assertThat(Files.readString(folder.resolve("data/admin-token"))).isEqualTo(token);
    }
  }

  @Test
  @Timeout(300)
  void aHubWhoseLoopHasEndedIsNotHealthyAndEnds() throws Exception {
    try (HubDaemon hub = HubDaemon.start(config(folder.resolve("data")))) {
      Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().equals("hub-loop"))
          .forEach(Thread::interrupt);

      assertThatThrownBy(hub::awaitClosed).isInstanceOf(HubFailed.class);
      while (get(hub, "/healthz").statusCode() != 503) {
        Thread.onSpinWait();
      }
    }
    HubDaemon.start(config(folder.resolve("data"))).close();
  }

  @Test
  void secondHubOnTheFolderIsToldOfTheFirst() throws Exception {
    HubConfig config = config(folder.resolve("data"));
    try (HubDaemon _ = HubDaemon.start(config)) {
      assertThatThrownBy(() -> HubDaemon.start(config))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another hub (process " + ProcessHandle.current().pid() + ")")
          .hasMessageContaining("--data");
    }
  }

  @Test
  void portInUseIsNamedAndTheFolderIsFreeAgain() throws Exception {
    HubConfig config = config(folder.resolve("data"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> HubDaemon.start(config.withEdgePort(port)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("edge.port")
          .hasMessageContaining(port + " is in use");
      assertThatThrownBy(() -> HubDaemon.start(config.withAdminPort(port)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("admin.port")
          .hasMessageContaining("--admin-port");
    }
    HubDaemon.start(config).close();
  }

  private static HubConfig config(Path data) {
    return HubConfig.usual(data).withEdgePort(0).withAdminPort(0);
  }

  private static HttpResponse<String> get(HubDaemon hub, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + hub.adminPort() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
