package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.LoopDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// Cuts the power of the hub's disk, an agent's, or both, in the middle of a change.
final class PowerCuts {
  private static final int MICROS_MAX = 2_500_000;

  /// More than the workload counts until its disk is gone: no number may be handed in twice.
  private static final long NUMBERS_LOST_MAX = 10_000;

  private final TortureWorld world;
  private final Invariants invariants;
  private final Random random;

  /// How far each shop's workload had counted when its power went.
  private final long[] counted;

  PowerCuts(TortureWorld world, Invariants invariants, Random random) {
    this.counted = new long[world.agents.size()];
    this.world = world;
    this.invariants = invariants;
    this.random = random;
  }

  /// Cuts at a random moment after an order, and starts again what went dark.
  ///
  /// @return what it hit
  String strike(int round) throws Exception {
    Invariants.hold(world.assignNext(), "I8", "the hub did not take an assignment");
    LockSupport.parkNanos(random.nextInt(MICROS_MAX) * 1_000L);
    String shop = "shop " + world.disks.getFirst().phase();
    String hub = world.isSettled() ? "hub settled" : "hub spreading";
    return switch (round % 3) {
      case 0 -> {
        shopGoesDark();
        shopComesBack();
        yield shop;
      }
      case 1 -> {
        hubGoesDark();
        hubComesBack();
        yield hub;
      }
      default -> {
        hubGoesDark();
        shopGoesDark();
        hubComesBack();
        shopComesBack();
        yield "both";
      }
    };
  }

  private void hubGoesDark() throws IOException, InterruptedException {
    world.hubLoop().cut(world.hub.process());
    world.hub.kill();
  }

  private void hubComesBack() throws IOException, InterruptedException, SQLException {
    plugIn(world.hubLoop(), "hub.db");
    world.hub.startAgain();
  }

  private void shopGoesDark() throws Exception {
    for (int number = 0; number < world.agents.size(); number++) {
      AgentDisk disk = world.disks.get(number);
      invariants.promised(number, disk.accepted(CountingRelease.NAME));
      counted[number] = counted(disk.work(CountingRelease.NAME));
      world.loop(number).cut(world.agents.get(number).process());
      world.agents.get(number).kill();
      world.agents.get(number).endWorkloads();
      disk.close();
    }
  }

  private void shopComesBack() throws Exception {
    for (int number = 0; number < world.agents.size(); number++) {
      LoopDisk loop = world.loop(number);
      plugIn(loop, "agent.db");
      AgentDisk disk = new AgentDisk(loop.folder());
      world.disks.set(number, disk);
      Path work = disk.work(CountingRelease.NAME);
      Files.createDirectories(work);
      // Nobody synced it: what it said is remembered, what is left of it may be anything.
      Files.deleteIfExists(work.resolve("accepted"));
      Files.writeString(work.resolve("count"), (counted[number] + NUMBERS_LOST_MAX) + "\n");
      world.agents.get(number).startAgain();
    }
  }

  /// The file is replaced by a rename, again and again.
  private static long counted(Path work) throws IOException {
    Path file = work.resolve("count");
    String text = Files.exists(file) ? Files.readString(file).strip() : "";
    return text.isEmpty() ? 0 : Long.parseLong(text);
  }

  private static void plugIn(LoopDisk loop, String database)
      throws IOException, InterruptedException, SQLException {
    loop.startAgain();
    Path copy = Files.createTempDirectory("tombolo-cut");
    try {
      // Of a copy: a database whose log is not there, for its program was just opening it, cannot
      // be
      // read by who may not write; and who may, would change what the program finds.
      for (String name : List.of(database, database + "-wal")) {
        Path file = loop.folder().resolve(name);
        if (Files.exists(file)) {
          Files.copy(file, copy.resolve(name));
        }
      }
      String verdict = verdict(copy.resolve(database));
      Invariants.hold(
          verdict.equals("ok"), "I3", database + " is broken after a power cut: " + verdict);
    } finally {
      Folders.remove(copy);
    }
  }

  private static String verdict(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA integrity_check")) {
      return row.next() ? row.getString(1) : "no answer";
    } catch (SQLException e) {
      throw new SQLException(database + " after a power cut: " + e.getMessage(), e);
    }
  }
}
