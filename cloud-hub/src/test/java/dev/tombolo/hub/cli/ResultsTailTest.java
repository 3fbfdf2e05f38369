package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.RowQuota;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.protocol.enrol.EnrolResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Results of a hub that has dropped the oldest: 600 came, 300 may stay, blocks of 100 went.
class ResultsTailTest {
  private static final RowQuota FEW = new RowQuota(Duration.ofDays(1_000), 1L << 40, 300);
  private static final int GONE = 300;

  @TempDir Path data;
  private final Cli cli = new Cli();
  private HubAlone hub;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    try (HubStore store = SqliteHubStore.open(data.resolve("hub.db"))) {
      Scene scene = Scene.ready(new Scene(store, FEW, Scene.PLENTY));
      EnrolResponse device = scene.joined("counter");
      SessionId line = scene.connected(device, scene.birth("boot-1", 1));
      for (int i = 1; i <= 600; i++) {
        scene.tell(
            new HubEvent.ReportSaid(line, device.device(), scene.report(Scene.result(i)), 1));
      }
      scene.tell(new HubEvent.Ticked());
    }
    hub = new HubAlone(data);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void whatIsGoneIsSaidBelowTheRest() {
    Cli.Said said = hub.run(cli, "results", "tail", "--last", "1000");

    assertThat(said.exit()).describedAs(said.err()).isZero();
    assertThat(said.out().lines()).hasSize(300);
    assertThat(said.err()).contains("older results are gone, 300 of all devices");
  }

  @Test
  void nothingIsSaidWhenOnlyTheNewestWereAskedFor() {
    assertThat(hub.run(cli, "results", "tail").err()).isEmpty();
  }

  @Test
  void aCursorIntoWhatIsGoneIsToldAndGoesOnBehindIt() {
    Cli.Said said = hub.run(cli, "results", "tail", "--after", "17", "--json");

    assertThat(said.exit()).describedAs(said.err()).isZero();
    assertThat(said.err()).startsWith("{\"note\":\"some results in between are gone");
    assertThat(said.out()).startsWith("{\"cursor\":" + (GONE + 1) + ",");
    assertThat(hub.run(cli, "results", "tail", "--after", "" + GONE).err()).isEmpty();
  }

  @Test
  void otherClientsCannotMissIt() throws IOException, InterruptedException {
    HttpResponse<String> gone = get("/api/v1/results?after=0");
    HttpResponse<String> there = get("/api/v1/results?after=" + GONE);

    assertThat(gone.statusCode()).isEqualTo(410);
    assertThat(gone.body()).contains("\"code\":\"rows-gone\"").contains("\"through\":" + GONE);
    assertThat(there.statusCode()).isEqualTo(200);
    assertThat(there.headers().firstValue("Link"))
        .contains("</api/v1/results?after=600>; rel=\"next\"");
    assertThat(get("/api/v1/results/kept").body())
        .contains("\"rows\":300")
        .contains("\"gone\":300");
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(hub.url() + path))
              .header(
                  "Authorization",
                  "Bearer " + Files.readString(data.resolve("admin-token")).strip())
              .build();
      return client.send(request, BodyHandlers.ofString());
    }
  }
}
