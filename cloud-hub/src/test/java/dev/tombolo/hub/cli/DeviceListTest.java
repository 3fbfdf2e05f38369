package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Lists of devices, with those that a restored hub does not know.
class DeviceListTest {
  private static final DeviceId WAITING = Scene.deviceOf("lost");
  private static final DeviceId SHUT_OUT = Scene.deviceOf("stolen");

  @TempDir Path data;
  private final Cli cli = new Cli();
  private HubAlone hub;
  private DeviceId active;
  private DeviceId revoked;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    try (HubStore store = SqliteHubStore.open(data.resolve("hub.db"))) {
      Scene scene = Scene.ready(store);
      revoked = scene.joined("old").device();
      scene.command(new AdminCommand.RevokeDevice(revoked, "stolen", Optional.empty()));
      active = scene.joined("counter").device();
      HubStore.Batch batch = store.begin();
      batch.apply(
          List.of(
              new HubChange.StrangerPut(stranger(WAITING, false)),
              new HubChange.StrangerPut(stranger(SHUT_OUT, true))));
      batch.commit();
    }
    hub = new HubAlone(data);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void thoseWithoutAPlaceComeFirst() {
    assertThat(told("device", "list")).hasSize(4);
    assertThat(told("device", "list").subList(0, 2)).containsExactlyInAnyOrder(WAITING, SHUT_OUT);
    assertThat(told("device", "list", "--fleet", "production"))
        .containsExactlyInAnyOrder(active, revoked);
  }

  @Test
  void onlyThoseThatWaitAreShown() {
    assertThat(told("device", "list", "--waiting")).containsExactly(WAITING);
    assertThat(told("device", "list", "--quarantined")).isEmpty();
  }

  @Test
  void aListCutShortTellsHowManyMoreThereAre() {
    for (int limit = 1; limit < 4; limit++) {
      Cli.Said said = hub.run(cli, "device", "list", "--limit", "" + limit);

      assertThat(said.err() + said.out()).contains(limit + " of 4 shown, " + (4 - limit) + " more");
    }
  }

  @Test
  void pageByPageItIsTheSameList() throws IOException {
    Path token = data.resolve("admin-token");
    List<String> all = new ArrayList<>();
    try (HubClient client =
        new HubClient(URI.create(hub.url()), Files.readString(token).strip(), token)) {
      Optional<String> next = Optional.of("/devices?limit=1");
      while (next.isPresent()) {
        HubClient.Page<DeviceRow> page = client.page(DeviceRow.class, next.get());
        page.rows().forEach(row -> all.add(row.device()));
        next = page.next();
      }
    }

    assertThat(all).hasSize(4).doesNotHaveDuplicates();
    assertThat(all.subList(2, 4)).containsExactlyInAnyOrder(active.text(), revoked.text());
  }

  private List<DeviceId> told(String... words) {
    Cli.Said said = hub.run(cli, words);
    assertThat(said.exit()).describedAs(said.err()).isZero();
    return said.out()
        .lines()
        .flatMap(line -> List.of(line.split("\\s+")).stream())
        .filter(DeviceId::isValid)
        .map(DeviceId::new)
        .distinct()
        .toList();
  }

  private static Stranger stranger(DeviceId device, boolean isRevoked) {
    return new Stranger(
        new PresentedCertificate(device, "serial", Digest.ofText(device.text()), 0, 1),
        isRevoked,
        "10.0.0.9:1",
        1);
  }
}
