package dev.tombolo.bench;

import static dev.tombolo.bench.CounterShop.LIMIT;
import static dev.tombolo.bench.CounterShop.MEGABYTE;
import static dev.tombolo.bench.CounterShop.accepted;
import static dev.tombolo.bench.CounterShop.awaitStatus;
import static dev.tombolo.bench.CounterShop.pid;
import static dev.tombolo.bench.CounterShop.push;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.LoopDisk;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks that take no writes any more (needs root and loop devices): what runs goes on, the device
/// says what it is, and nothing that was promised is lost.
@Tag("slow")
class ReadOnlyIT {
  private static final List<String> SETTINGS =
      List.of("link.backoffMaxSeconds=1", "fetch.maxBytesPerSecond=4000000");

  @TempDir Path folder;
  private final List<Path> bound = new ArrayList<>();

  /// Numbers that were taken, the note of which the disk has lost.
  private long lost;

  @AfterEach
  void unbind() throws Exception {
    for (Path mount : List.copyOf(bound)) {
      writable(mount);
    }
  }

  /// The kernel has found an error: read-only until the machine is started again.
  @Test
  void aDeviceWhoseDiskBreaksRunsOnAndCatchesUpAfterTheNextStart() throws Exception {
    Path data = folder.resolve("agent");
    try (LoopDisk disk = LoopDisk.make(folder.resolve("agent.img"), data);
        RunningHub hub = shop();
        RunningAgent agent = join(hub, data)) {
      try {
        awaitStatus(agent, "\"liveVersion\":\"1\"");
        awaitResults(1);
        String pid = pid(agent);

        hub.cli("assign", "counter@2", "--fleet", "shops");
        Await.untilTrue(LIMIT, () -> "a download under way", () -> isDownloading(data));
        breaks(disk, agent, pid, "2");

        hub.cli("assign", "counter@3", "--fleet", "shops");
        Path current = data.resolve("apps/counter/current");
        Path before = Files.readSymbolicLink(current);
        Await.untilTrue(
            LIMIT, () -> "a switch", () -> !Files.readSymbolicLink(current).equals(before));
        breaks(disk, agent, "0", "3");

        long kept = accepted(agent);
        Await.untilTrue(LIMIT, () -> "results handed in", () -> accepted(agent) > kept + 5);
        breaks(disk, agent, pid(agent), "3");
      } finally {
        agent.endWorkloads();
      }
    }
  }

  /// @param pid of the workload that must run on; 0 in the moment of a switch
  private void breaks(LoopDisk disk, RunningAgent agent, String pid, String version)
      throws Exception {
    disk.fail();
    awaitStatus(agent, "\"saves\":false");
    long promised = accepted(agent);

    assertThat(agent.cli("why").out()).contains("device: Could not use ").contains("is read-only");
    assertThat(agent.process().isAlive()).isTrue();
    if (!pid.equals("0")) {
      assertThat(ProcessHandle.of(Long.parseLong(pid))).isPresent();
    }

    // The machine is started again.
    agent.kill();
    agent.endWorkloads();
    disk.startAgain();
    long noted = accepted(agent);
    agent.startAgain();
    awaitStatus(agent, "\"liveVersion\":\"" + version + "\"");
    Await.untilTrue(LIMIT, () -> "results handed in again", () -> accepted(agent) > noted + 5);
    // Each one that was ever taken is a row at the hub.
    lost += promised - noted;
    long all = lost + accepted(agent);
    awaitResults(all);
  }

  private static boolean isDownloading(Path data) throws Exception {
    Path files = data.resolve("files");
    if (!Files.isDirectory(files)) {
      return false;
    }
    try (Stream<Path> all = Files.list(files)) {
      return all.anyMatch(it -> it.toString().endsWith(".part"));
    }
  }

  /// Somebody has mounted the folder read-only, and mounts it back.
  @Test
  void aDeviceThatMayNotWriteItsFilesSaysSoAndGoesOnByItselfOnceItMay() throws Exception {
    Path data = Files.createDirectories(folder.resolve("agent"));
    try (RunningHub hub = shop();
        RunningAgent agent = join(hub, data)) {
      try {
        awaitStatus(agent, "\"liveVersion\":\"1\"");
        String pid = pid(agent);

        readOnly(data);
        hub.cli("assign", "counter@2", "--fleet", "shops");
        awaitStatus(agent, "Read-only file system");
        assertThat(agent.cli("why").out()).contains("Read-only file system");
        assertThat(pid(agent)).isEqualTo(pid);
        writable(data);
        awaitStatus(agent, "\"liveVersion\":\"2\"");

        // Down to the switch all is there; the link cannot be renamed.
        readOnly(data.resolve("apps"));
        hub.cli("assign", "counter@3", "--fleet", "shops");
        awaitStatus(agent, "Read-only file system");
        String second = pid(agent);
        assertThat(ProcessHandle.of(Long.parseLong(second))).isPresent();
        writable(data.resolve("apps"));
        awaitStatus(agent, "\"liveVersion\":\"3\"");
      } finally {
        agent.endWorkloads();
      }
    }
  }

  private void readOnly(Path mount) throws Exception {
    run("mount", "--bind", mount.toString(), mount.toString());
    bound.add(mount);
    run("mount", "-o", "remount,bind,ro", mount.toString());
  }

  private void writable(Path mount) throws Exception {
    run("umount", "-l", mount.toString());
    bound.remove(mount);
  }

  private RunningHub shop() throws Exception {
    RunningHub hub = RunningHub.start(folder);
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    push(hub, "1", 1000);
    push(hub, "2", 16 * MEGABYTE);
    push(hub, "3", 1001);
    hub.cli("assign", "counter@1", "--fleet", "shops");
    return hub;
  }

  private static RunningAgent join(RunningHub hub, Path data) throws Exception {
    String token = hub.token("--fleet", "shops", "--site", "store-1");
    return RunningAgent.join(hub.distributions(), data, token, SETTINGS);
  }

  private void awaitResults(long rows) throws InterruptedException {
    Await.untilTrue(LIMIT, () -> rows + " results at the hub", () -> results() >= rows);
  }

  private long results() throws Exception {
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("hub/hub.db"));
        Statement statement = database.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM results")) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private void run(String... argv) throws Exception {
    Command.run(List.of(argv), Map.of(), folder, LIMIT).orThrow();
  }
}
