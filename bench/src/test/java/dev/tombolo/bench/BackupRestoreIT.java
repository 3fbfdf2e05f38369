package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A hub that lost everything since its backup: its devices go on, tell it again what it lost, and
/// nothing that was shut out comes back.
@Tag("slow")
class BackupRestoreIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final List<String> IMPATIENT = List.of("link.backoffMaxSeconds=1");

  @TempDir Path folder;

  @Test
  void aRestoredHubGoesOnWithItsDevices() throws Exception {
    try (RunningHub hub = shop();
        RunningAgent known = join(hub, "counter-1");
        RunningAgent gone = join(hub, "counter-3")) {
      awaitLive(known, "1");
      awaitOnline(hub, "store-1/counter-3");
      Path backup = folder.resolve("hub.tombolo");
      backUp(hub, backup);

      hub.cli("revoke", "store-1/counter-3", "--why", "stolen");
      hub.cli("assign", "small@2", "--fleet", "shops");
      awaitLive(known, "2");
      awaitHappened("live", 2);
      try (RunningAgent late = join(hub, "counter-2")) {
        awaitOnline(hub, "store-1/counter-2");
        hub.kill();
        String restored = restore(hub, backup, folder.resolve("hub"), "--replace");
        String twin = restore(hub, backup, folder.resolve("twin"));
        assertThat(historyOf(restored)).isNotEqualTo(historyOf(twin));
        hub.startAgain();

        // What is assigned is the backup's again; the document comes with the higher epoch.
        awaitLive(known, "1");
        awaitHappened("live", 3);
        awaitHappened("hub-lost-rows", 1);
        assertThat(hub.cli("token", "list")).contains("revoked").doesNotContain("open");
        assertThat(hub.cli("why", deviceOf(gone))).contains("was revoked");
        assertThat(gone.process().isAlive()).isTrue();

        awaitSaid(hub, "device", "list", "--waiting", deviceOf(late));
        assertThat(hub.cli("why", deviceOf(late))).contains("enrolled after the backup");
        hub.cli(
            "device", "approve", deviceOf(late), "--slot", "store-1/counter-2", "--why", "ours");
        awaitOnline(hub, "store-1/counter-2");
        assertThat(hub.cli("audit", "verify")).contains("whole");
      }
    }
  }

  private static void backUp(RunningHub hub, Path backup) throws Exception {
    String said =
        hub.cli(
            "hub",
            "backup",
            "--data",
            hub.folder().resolve("hub").toString(),
            "--out",
            backup.toString());
    assertThat(said).contains("2 devices", "keep this file secret");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
        .isEqualTo("rw-------");
  }

  private static String restore(RunningHub hub, Path backup, Path data, String... more)
      throws Exception {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                "hub",
                "restore",
                "--json",
                "--from",
                backup.toString(),
                "--data",
                data.toString()));
    command.addAll(List.of(more));
    return hub.cli(command.toArray(new String[0]));
  }

  private static String historyOf(String json) {
    Matcher history = Pattern.compile("\"history\" *: *\"([0-9a-f]+)\"").matcher(json);
    assertThat(history.find()).as(json).isTrue();
    return history.group(1);
  }

  private RunningHub shop() throws Exception {
    RunningHub hub = RunningHub.start(folder);
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    for (String slot : List.of("counter-1", "counter-2", "counter-3")) {
      hub.apply("DeviceSlot", slot, "{site: store-1}");
    }
    SmallRelease.push(hub, "1");
    SmallRelease.push(hub, "2");
    hub.cli("assign", "small@1", "--fleet", "shops");
    return hub;
  }

  private RunningAgent join(RunningHub hub, String slot) throws Exception {
    return RunningAgent.join(
        hub.distributions(),
        folder.resolve(slot),
        hub.token("--fleet", "shops", "--slot", "store-1/" + slot),
        IMPATIENT);
  }

  private static String deviceOf(RunningAgent agent) throws Exception {
    Matcher id = Pattern.compile("dev-[0-9a-z]{24}").matcher(agent.cli("status", "--json").out());
    assertThat(id.find()).isTrue();
    return id.group();
  }

  private static void awaitLive(RunningAgent agent, String version) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "small@" + version + " live; " + agent.process().tail(),
        () -> agent.look("status", "--json").contains("\"liveVersion\":\"" + version + "\""));
  }

  /// Waits until the hub has so many rows of this word.
  private void awaitHappened(String what, int rows) throws InterruptedException {
    Await.untilTrue(
        LIMIT, () -> rows + " rows '" + what + "' at the hub", () -> count(what) >= rows);
  }

  private int count(String what) throws Exception {
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("hub/hub.db"));
        Statement statement = database.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM happened h JOIN devices d ON d.id = h.device"
                    + " WHERE d.slot = 'counter-1' AND h.what = '"
                    + what
                    + "'")) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  private static void awaitOnline(RunningHub hub, String slot) throws InterruptedException {
    awaitSaid(hub, "get", "device", slot, "line          up");
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
