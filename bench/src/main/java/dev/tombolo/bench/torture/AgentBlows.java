package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// Kills of the agents that stay. States that last a few milliseconds are found by the files that
/// begin them.
final class AgentBlows {
  private static final Duration AIM_LIMIT = Duration.ofMinutes(4);
  private static final int ANY_MICROS_MAX = 2_500_000;
  private static final int FETCHING_MICROS_MAX = 400_000;
  private static final int STAGING_MICROS_MAX = 10_000;
  private static final int PROBING_MICROS_MAX = 800_000;

  private final TortureWorld world;
  private final Random random;

  AgentBlows(TortureWorld world, Random random) {
    this.world = world;
    this.random = random;
  }

  /// Some time after an assignment.
  String anyMoment() throws Exception {
    int number = anyAgent();
    order();
    pause(ANY_MICROS_MAX);
    return killAndStart(number);
  }

  String fetching() throws Exception {
    int number = anyAgent();
    return atFile(disk(number).files(), _ -> true, FETCHING_MICROS_MAX, number);
  }

  String staging() throws Exception {
    int number = anyAgent();
    return atFile(
        disk(number).releases(), name -> name.endsWith(".tmp"), STAGING_MICROS_MAX, number);
  }

  String staged() throws Exception {
    int number = anyAgent();
    return atFile(disk(number).releases(), name -> !name.endsWith(".tmp"), 0, number);
  }

  String switching() throws Exception {
    int number = anyAgent();
    Path application = disk(number).application(CountingRelease.NAME);
    return atFile(application, name -> name.startsWith("current"), 0, number);
  }

  String probing() throws Exception {
    int number = anyAgent();
    Path application = disk(number).application(CountingRelease.NAME);
    return atFile(application, "current"::equals, PROBING_MICROS_MAX, number);
  }

  /// With nothing to do; the next change is ordered while it is down.
  String live() throws Exception {
    int number = anyAgent();
    world.agents.get(number).kill();
    String phase = disk(number).phase();
    order();
    workloadGoesOn(disk(number), phase);
    world.agents.get(number).startAgain();
    return "agent " + phase;
  }

  /// A bad version was given up. Started again, the agent must stay where it fell back to.
  String rolledBack() throws Exception {
    int number = anyAgent();
    AgentDisk disk = disk(number);
    Invariants.hold(world.assignBad(), "I8", "the hub did not take an assignment");
    Await.untilTrue(
        AIM_LIMIT,
        () -> "agent " + number + " to roll back; it is " + phase(disk),
        () -> disk.phase().equals("rolled-back"));
    String phase = killAndStart(number);
    world.awaitRolledBack();
    return phase;
  }

  private String atFile(Path folder, Predicate<String> name, int microsMax, int number)
      throws Exception {
    try (FolderWatch watch = new FolderWatch(folder)) {
      order();
      watch.await(name, AIM_LIMIT);
      pause(microsMax);
      return killAndStart(number);
    }
  }

  private String killAndStart(int number) throws Exception {
    RunningAgent agent = world.agents.get(number);
    agent.kill();
    String phase = disk(number).phase();
    workloadGoesOn(disk(number), phase);
    agent.startAgain();
    return "agent " + phase;
  }

  private void order() {
    Invariants.hold(world.assignNext(), "I8", "the hub did not take an assignment");
  }

  private int anyAgent() {
    return random.nextInt(world.agents.size());
  }

  private AgentDisk disk(int number) {
    return world.disks.get(number);
  }

  private void pause(int microsMax) {
    if (microsMax > 0) {
      LockSupport.parkNanos(random.nextInt(microsMax) * 1_000L);
    }
  }

  private static String phase(AgentDisk disk) {
    try {
      return disk.phase();
    } catch (java.sql.SQLException e) {
      return "unreadable: " + e.getMessage();
    }
  }

  /// I14: with its agent dead, the workload still counts. Between the switch and the new start
  /// there may be none.
  private static void workloadGoesOn(AgentDisk disk, String phase)
      throws IOException, InterruptedException {
    switch (phase) {
      case "switching", "probing", "switching-back", "restoring" -> {}
      default -> {
        Path count = disk.work(CountingRelease.NAME).resolve("count");
        String before = Files.readString(count);
        Await.untilTrue(
            AIM_LIMIT,
            () -> "I14: a workload whose agent was killed to go on counting from " + before,
            () -> !Files.readString(count).equals(before));
      }
    }
  }
}
