package dev.tombolo.bench;

import static dev.tombolo.bench.CounterShop.LIMIT;
import static dev.tombolo.bench.CounterShop.accepted;
import static dev.tombolo.bench.CounterShop.awaitStatus;
import static dev.tombolo.bench.CounterShop.pid;
import static dev.tombolo.bench.CounterShop.push;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Databases damaged under hub and agent: found out, told, and come back from.
@Tag("slow")
class CorruptionIT {
  private static final int PAGE_BYTES = 4096;
  private static final Pattern RESTORE = Pattern.compile("tombolo (hub restore .*--replace)");

  @TempDir Path folder;
  private final Random random = new Random(7);

  @Test
  void aDeviceWhoseDatabaseIsDamagedGoesOnAsTheSameDevice() throws Exception {
    try (RunningHub hub = shop();
        RunningAgent agent = join(hub)) {
      try {
        Path database = agent.data().resolve("agent.db");
        awaitStatus(agent, "\"liveVersion\":\"1\"");
        awaitResults(1);
        String pid = pid(agent);

        for (int time = 1; time <= 3; time++) {
          agent.kill();
          if (time == 1) {
            cut(database.resolveSibling("agent.db-wal"), 0);
          } else {
            garblePages(database, 3);
          }
          agent.startAgain();

          awaitStatus(agent, "\"lineUp\":true");
          awaitHappened("database-damaged", time);
          awaitStatus(agent, "\"liveVersion\":\"1\"");
          assertThat(pid(agent)).as("the workload was adopted").isEqualTo(pid);
          long kept = accepted(agent);
          awaitResults(results() + 20);
          assertThat(accepted(agent)).isGreaterThan(kept);
        }

        assertThat(agent.cli("status").out()).contains("database  The local database was damaged");
        assertThat(agent.cli("why").out()).contains("damaged/3");
        Command doctor = agent.cli("doctor");
        assertThat(doctor.exit()).isEqualTo(1);
        assertThat(doctor.out()).contains("ok   database: whole").contains("BAD  database once");
        assertThat(devices()).as("it is the same device").isEqualTo(1);
        hub.cli("assign", "counter@2", "--fleet", "shops");
        awaitStatus(agent, "\"liveVersion\":\"2\"");
      } finally {
        agent.endWorkloads();
      }
    }
  }

  @Test
  void noHubRunsOnADamagedDatabaseAndItSaysTheWayBack() throws Exception {
    try (RunningHub hub = shop();
        RunningAgent agent = join(hub)) {
      try {
        Path database = folder.resolve("hub/hub.db");
        awaitStatus(agent, "\"liveVersion\":\"1\"");
        hub.cli(
            "hub",
            "backup",
            "--data",
            folder.resolve("hub").toString(),
            "--out",
            folder.resolve("hub.tombolo").toString());
        awaitResults(results() + 5);

        hub.kill();
        cut(database.resolveSibling("hub.db-wal"), 0);
        String way = refused(hub, "commits that had been made are missing");
        assertThat(way).contains(folder.resolve("hub.tombolo").toString());
        hub.cli(way.split(" "));
        hub.startAgain();
        awaitStatus(agent, "\"lineUp\":true");
        awaitResults(results() + 5);

        hub.stop();
        garblePages(database, 3);
        hub.cli(refused(hub, "hub.db is damaged").split(" "));
        hub.startAgain();
        awaitStatus(agent, "\"lineUp\":true");

        // In use: what was not read since the start is read from the disk.
        hub.stop();
        hub.startAgain();
        garbleAll(database);
        hub.tryCli("get", "devices");
        hub.tryCli("audit", "verify");
        assertThat(hub.process().awaitEnd(LIMIT)).isEqualTo(6);
        assertThat(hub.process().tail()).contains("hub.db is damaged");
        assertThat(agent.process().isAlive()).isTrue();
      } finally {
        agent.endWorkloads();
      }
    }
  }

  /// Starts the hub in vain.
  ///
  /// @return the arguments of the command that it says is the way back
  private static String refused(RunningHub hub, String found) throws Exception {
    long from = hub.process().written();
    assertThat(hub.startInVain()).isEqualTo(6);
    String said = hub.process().awaitLine("hub.db is damaged", from, LIMIT);
    assertThat(said).contains(found);
    Matcher way = RESTORE.matcher(said);
    assertThat(way.find()).as(said).isTrue();
    return way.group(1);
  }

  private RunningHub shop() throws Exception {
    RunningHub hub = RunningHub.start(folder);
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    push(hub, "1", 1000);
    push(hub, "2", 1001);
    hub.cli("assign", "counter@1", "--fleet", "shops");
    return hub;
  }

  private RunningAgent join(RunningHub hub) throws Exception {
    return RunningAgent.join(
        hub.distributions(),
        folder.resolve("agent"),
        hub.token("--fleet", "shops", "--site", "store-1"),
        List.of("link.backoffMaxSeconds=1"));
  }

  /// All that was written is in the database's file, and some of its pages are noise.
  private void garblePages(Path database, int pages) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      for (int i = 0; i < pages; i++) {
        garble(file, random.nextLong(file.length() / PAGE_BYTES));
      }
    }
  }

  private void garbleAll(Path database) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      for (long page = 1; page < file.length() / PAGE_BYTES; page++) {
        garble(file, page);
      }
    }
  }

  private void garble(RandomAccessFile file, long page) throws Exception {
    byte[] noise = new byte[PAGE_BYTES];
    random.nextBytes(noise);
    file.seek(page * PAGE_BYTES);
    file.write(noise);
  }

  private static void cut(Path log, long bytes) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
      assertThat(file.length()).isGreaterThan(bytes);
      file.setLength(bytes);
    }
  }

  private void awaitResults(long rows) throws InterruptedException {
    Await.untilTrue(LIMIT, () -> rows + " results at the hub", () -> results() >= rows);
  }

  private long results() throws Exception {
    return count("SELECT count(*) FROM results");
  }

  private long devices() throws Exception {
    return count("SELECT count(*) FROM devices");
  }

  private void awaitHappened(String what, int rows) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> rows + " rows '" + what + "' at the hub",
        () -> count("SELECT count(*) FROM happened WHERE what = '" + what + "'") == rows);
  }

  private long count(String sql) throws Exception {
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("hub/hub.db"));
        Statement statement = database.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }
}
