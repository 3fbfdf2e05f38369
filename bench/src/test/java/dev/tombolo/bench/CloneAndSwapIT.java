package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One identity on two machines, and a new machine in an old one's place.
@Tag("slow")
class CloneAndSwapIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final String SLOT = "store-1/counter-1";
  private static final List<String> IMPATIENT = List.of("link.backoffMaxSeconds=1");

  @TempDir Path folder;

  @Test
  void aCopiedDiskPutsBothOutUntilAnOperatorHasLooked() throws Exception {
    try (RunningHub hub = shop()) {
      Path data = folder.resolve("agent");
      RunningAgent.join(hub.distributions(), data, token(hub), IMPATIENT).close();
      Path copied = folder.resolve("clone");
      Folders.copy(data, copied);
      try (RunningAgent agent = RunningAgent.on(hub.distributions(), data)) {
        try (RunningAgent clone = RunningAgent.on(hub.distributions(), copied)) {
          awaitSaid(hub, "why", SLOT, "is quarantined");
          assertThat(hub.cli("device", "list", "--quarantined")).contains(SLOT, "quarantined");
          assertThat(clone.process().isAlive()).isTrue();
        }

        assertThat(hub.cli("device", "approve", SLOT, "--why", "the copy was wiped"))
            .contains("approved for " + SLOT);

        awaitOnline(hub);
        assertThat(hub.cli("device", "list", "--quarantined")).doesNotContain(SLOT);
        assertThat(hub.cli("audit", "list", "--json")).contains("device-approve", "quarantine");
        assertThat(agent.process().isAlive()).isTrue();
      }
    }
  }

  @Test
  void aReplacementTakesTheSlotAndTheOldDeviceIsCut() throws Exception {
    try (RunningHub hub = shop();
        RunningAgent old =
            RunningAgent.join(hub.distributions(), folder.resolve("old"), token(hub), IMPATIENT)) {
      awaitOnline(hub);
      String replacement = RunningHub.tokenIn(hub.cli("device", "replace", SLOT, "--json"));
      assertThat(hub.cli("why", SLOT)).doesNotContain("revoked");

      try (RunningAgent fresh =
          RunningAgent.join(hub.distributions(), folder.resolve("new"), replacement, IMPATIENT)) {
        Await.untilTrue(
            LIMIT,
            () -> "the old agent is told; " + old.process().tail(),
            () -> old.look("why").contains("was revoked"));
        awaitOnline(hub);
        assertThat(hub.cli("audit", "list", "--json")).contains("device-replaced");
        assertThat(fresh.process().isAlive()).isTrue();
      }
    }
  }

  private RunningHub shop() throws Exception {
    RunningHub hub = RunningHub.start(folder);
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    hub.apply("DeviceSlot", "counter-1", "{site: store-1}");
    return hub;
  }

  private static String token(RunningHub hub) throws Exception {
    return hub.token("--fleet", "shops", "--slot", SLOT);
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
