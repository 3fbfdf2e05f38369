package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.DeviceDetail;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A device whose certificate ran out while it was dark. Certificates live some seconds here.
@Tag("slow")
class RecoverIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final String SLOT = "store-1/counter-1";

  @TempDir Path folder;

  @Test
  void aDeviceWhoseCertificateRanOutInTheDarkComesBackByItself() throws Exception {
    try (RunningHub hub = shop("{certificateLife: 20s, offlineBudget: 800d}")) {
      try (RunningAgent agent = dark(hub)) {
        agent.startAgain();

        awaitSaid(hub, "audit", "list", "--json", "\"recover\"");
        awaitOnline(hub);
        assertThat(hub.cli("why", SLOT)).doesNotContain("waits for an operator");
      }
    }
  }

  @Test
  void oneThatWasDarkForTooLongWaitsForAnOperator() throws Exception {
    try (RunningHub hub = shop("{certificateLife: 40s, offlineBudget: 0s}")) {
      try (RunningAgent agent = dark(hub)) {
        agent.startAgain();

        awaitSaid(hub, "device", "list", "--waiting", SLOT);
        assertThat(hub.cli("why", SLOT))
            .contains("waits for an operator", "tombolo device approve");
        Await.untilTrue(
            LIMIT,
            () -> "the device names it; " + agent.process().tail(),
            () -> agent.look("why").contains("waits for an operator"));

        hub.cli("device", "approve", SLOT, "--why", "was in the cellar");
        // What an operator lets in is good for the budget from then on, here not even a second, so
        // it goes on waiting until the budget is a sensible one.
        hub.stop();
        trust("{certificateLife: 45d, offlineBudget: 800d}");
        hub.startAgain();
        hub.cli("device", "approve", SLOT, "--why", "was in the cellar");
        awaitOnline(hub);
      }
    }
  }

  /// A device that has joined, was there, and is dark now, its certificate run out.
  private RunningAgent dark(RunningHub hub) throws Exception {
    RunningAgent agent =
        RunningAgent.join(
            hub.distributions(),
            folder.resolve("agent"),
            hub.token("--fleet", "shops", "--slot", SLOT),
            List.of("link.backoffMaxSeconds=1"));
    awaitOnline(hub);
    agent.kill();
    try (HubClient client = hub.client()) {
      String path = "/devices/" + HubClient.escape(SLOT);
      Await.untilTrue(
          LIMIT,
          () -> "the certificate runs out",
          () ->
              client.get(DeviceDetail.class, path).certificateEndsMillis()
                  < System.currentTimeMillis() - 2_000);
    }
    return agent;
  }

  private RunningHub shop(String trust) throws Exception {
    trust(trust);
    RunningHub hub =
        RunningHub.start(
            folder, List.of(), List.of("--config", folder.resolve("hub.yaml").toString()));
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    hub.apply("DeviceSlot", "counter-1", "{site: store-1}");
    return hub;
  }

  private void trust(String trust) throws Exception {
    Files.writeString(folder.resolve("hub.yaml"), "trust: " + trust + "\n");
  }

  private static void awaitOnline(RunningHub hub) throws InterruptedException {
    awaitSaid(hub, "get", "device", SLOT, "line          up");
  }

  /// Runs a command until its output has the last of these words.
  private static void awaitSaid(RunningHub hub, String... commandAndWords)
      throws InterruptedException {
    String words = commandAndWords[commandAndWords.length - 1];
    String[] command =
        List.of(commandAndWords).subList(0, commandAndWords.length - 1).toArray(new String[0]);
    Await.untilTrue(
        LIMIT,
        () -> String.join(" ", command) + ": " + words,
        () -> hub.look(command).contains(words));
  }
}
