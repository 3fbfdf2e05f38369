package dev.tombolo.bench.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// SIGKILL in every phase of a change, hub and agents. After each the killed one is started again,
/// all must converge, and the invariants must hold.
@Command(
    name = "kill",
    description = {
      "SIGKILLs hub and agents in every phase of a change, and checks what must hold.",
      "With 500 rounds or more, also fails when a phase got fewer than five kills."
    },
    mixinStandardHelpOptions = true)
public final class KillTorture implements Callable<Integer> {
  @Option(names = "--rounds", defaultValue = "500", description = "kills (${DEFAULT-VALUE})")
  int rounds;

  @Option(names = "--agents", defaultValue = "2", description = "agents (${DEFAULT-VALUE})")
  int agentCount;

  @Option(names = "--seed", defaultValue = "1", description = "for the moments (${DEFAULT-VALUE})")
  long seed;

  @Option(names = "--json", description = "also write the counts to this file")
  @Nullable Path json;

  private final PhaseCounts phases = new PhaseCounts();
  private final Deque<Blow> deck = new ArrayDeque<>();

  @Override
  public Integer call() throws Exception {
    Random random = new Random(seed);
    try (TortureWorld world = new TortureWorld(agentCount)) {
      Invariants invariants = new Invariants(world);
      List<Blow> blows = blows(world, random);
      world.assignNext();
      world.converge();
      invariants.check();
      for (int round = 0; round < rounds; round++) {
        try {
          long from = System.nanoTime();
          String phase = next(blows, random).strike();
          phases.count(phase);
          world.converge();
          invariants.check();
          System.out.printf(
              "round %d of %d: killed %s, %.1f s%n",
              round + 1, rounds, phase, (System.nanoTime() - from) / 1e9);
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
    return verdict();
  }

  private static List<Blow> blows(TortureWorld world, Random random) {
    HubBlows hub = new HubBlows(world, random);
    AgentBlows agent = new AgentBlows(world, random);
    GuestBlows guest = new GuestBlows(world, random);
    return List.of(
        hub::commandInFlight,
        hub::spreading,
        hub::settled,
        hub::pushInFlight,
        hub::anyMoment,
        agent::fetching,
        agent::staging,
        agent::staged,
        agent::switching,
        agent::probing,
        agent::live,
        agent::rolledBack,
        agent::anyMoment,
        guest::absent,
        guest::renewing,
        guest::enrolling,
        guest::enrolmentInFlight);
  }

  /// All blows in a random order, again and again.
  private Blow next(List<Blow> blows, Random random) {
    if (deck.isEmpty()) {
      List<Blow> shuffled = new ArrayList<>(blows);
      Collections.shuffle(shuffled, random);
      deck.addAll(shuffled);
    }
    return deck.pop();
  }

  private int verdict() {
    List<String> tooFew = phases.tooFew(rounds);
    if (tooFew.isEmpty()) {
      return 0;
    }
    System.err.printf(
        "fewer than %d kills in: %s%n", PhaseCounts.EACH_MIN, String.join(", ", tooFew));
    return 1;
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
    for (Map.Entry<String, Integer> phase : phases.all().entrySet()) {
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
