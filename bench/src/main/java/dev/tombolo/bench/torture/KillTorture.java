package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// SIGKILL at random moments of a change, hub and agent in turn. After each the killed one is
/// started again, all must converge, and the invariants must hold.
@Command(
    name = "kill",
    description = "SIGKILL hub and agents at random moments of a change; checks what must hold.",
    mixinStandardHelpOptions = true)
public final class KillTorture implements Callable<Integer> {
  /// Phases too short to be hit by chance; every second agent kill waits for one of them.
  private static final List<String> AIMED =
      List.of("fetching", "staging", "staged", "switching", "probing");

  private static final Duration AIM_LIMIT = Duration.ofSeconds(4);
  private static final int DELAY_MILLIS_MAX = 2_500;

  @Option(names = "--rounds", defaultValue = "500", description = "kills (${DEFAULT-VALUE})")
  int rounds;

  @Option(names = "--agents", defaultValue = "2", description = "agents (${DEFAULT-VALUE})")
  int agentCount;

  @Option(names = "--seed", defaultValue = "1", description = "for the moments (${DEFAULT-VALUE})")
  long seed;

  @Option(names = "--json", description = "also write the counts to this file")
  @Nullable Path json;

  private final PhaseCounts phases = new PhaseCounts();

  @Override
  public Integer call() throws Exception {
    Random random = new Random(seed);
    try (TortureWorld world = new TortureWorld(agentCount)) {
      Invariants invariants = new Invariants(world);
      world.assignNext();
      world.converge();
      invariants.check();
      for (int round = 0; round < rounds; round++) {
        try {
          String phase =
              round % 2 == 0 ? killHub(world, random) : killAgent(world, random, round / 2);
          phases.count(phase);
          world.converge();
          invariants.check();
          System.out.printf("round %d of %d: killed %s%n", round + 1, rounds, phase);
        } catch (IllegalStateException e) {
          throw new IllegalStateException(
              "round %d of seed %d: %s".formatted(round + 1, seed, e.getMessage()), e);
        }
      }
      System.out.printf(
          "%d kills, %d acknowledged rows read back, all invariants held%n%s",
          rounds, invariants.rowsReadBack(), phases.table());
      write(invariants.rowsReadBack());
    }
    return 0;
  }

  private static String killHub(TortureWorld world, Random random)
      throws IOException, InterruptedException {
    boolean earlyBird = random.nextBoolean();
    CompletableFuture<Boolean> answered = CompletableFuture.supplyAsync(world::assignNext);
    LockSupport.parkNanos(random.nextInt(earlyBird ? 30 : DELAY_MILLIS_MAX) * 1_000_000L);
    String phase;
    if (!answered.isDone()) {
      phase = "hub command-in-flight";
    } else {
      phase = world.isSettled() ? "hub settled" : "hub spreading";
    }
    world.hub.kill();
    answered.join();
    world.hub.startAgain();
    return phase;
  }

  private static String killAgent(TortureWorld world, Random random, int turn) throws Exception {
    int number = turn % world.agents.size();
    RunningAgent agent = world.agents.get(number);
    AgentDisk disk = world.disks.get(number);
    Invariants.hold(world.assignNext(), "I8", "the hub did not take an assignment");
    if (turn / world.agents.size() % 2 == 0) {
      awaitPhase(disk, AIMED.get(random.nextInt(AIMED.size())));
    } else {
      LockSupport.parkNanos(random.nextInt(DELAY_MILLIS_MAX) * 1_000_000L);
    }
    agent.kill();
    String phase = disk.phase();
    workloadGoesOn(disk, phase);
    agent.startAgain();
    return "agent " + phase;
  }

  /// Looks as fast as it can, since some phases last a few milliseconds.
  private static void awaitPhase(AgentDisk disk, String phase) throws Exception {
    long end = System.nanoTime() + AIM_LIMIT.toNanos();
    while (System.nanoTime() < end && !disk.phase().equals(phase)) {
      Thread.onSpinWait();
    }
  }

  /// I14: with its agent dead, the workload still counts. Between the switch and the new start
  /// there may be none.
  private static void workloadGoesOn(AgentDisk disk, String phase)
      throws IOException, InterruptedException {
    if (phase.equals("switching") || phase.equals("probing") || phase.equals("staged")) {
      return;
    }
    Path count = disk.work(CountingRelease.NAME).resolve("count");
    String before = Files.readString(count);
    Await.untilTrue(
        Duration.ofSeconds(10),
        () -> "I14: a workload whose agent was killed to go on counting from " + before,
        () -> !Files.readString(count).equals(before));
  }

  private void write(long rows) throws IOException {
    if (json == null) {
      return;
    }
    StringBuilder text =
        new StringBuilder(
            "{\"rounds\":"
                + rounds
                + ",\"seed\":"
                + seed
                + ",\"rowsReadBack\":"
                + rows
                + ",\"phases\":{");
    String separator = "";
    for (Map.Entry<String, Integer> phase : new TreeMap<>(phases.all()).entrySet()) {
      text.append(separator)
          .append('"')
          .append(phase.getKey())
          .append("\":")
          .append(phase.getValue());
      separator = ",";
    }
    Files.writeString(json, text.append("}}\n"));
  }
}
