package dev.tombolo.bench.torture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
  @Mixin private final Rounds rounds = new Rounds();

  @Option(names = "--agents", defaultValue = "2", description = "of each world (${DEFAULT-VALUE})")
  int agentCount;

  private final PhaseCounts phases = new PhaseCounts(PhaseCounts.REQUIRED);
  private final AtomicLong rowsReadBack = new AtomicLong();

  @Override
  public Integer call() throws Exception {
    rounds.play(World::new, phases);
    System.out.printf(
        "%d kills, %d acknowledged rows read back, all invariants held%n%s",
        rounds.done(), rowsReadBack.get(), phases.table());
    rounds.write(phases, "rowsReadBack", rowsReadBack.get());
    return verdict();
  }

  private int verdict() {
    List<String> tooFew = phases.tooFew(rounds.done());
    if (tooFew.isEmpty()) {
      return 0;
    }
    System.err.printf(
        "fewer than %d kills in: %s%n", PhaseCounts.EACH_MIN, String.join(", ", tooFew));
    return 1;
  }

  private final class World implements Rounds.World {
    private final Random random;
    private final TortureWorld world;
    private final Invariants invariants;
    private final List<Blow> blows;
    private final Deque<Blow> deck = new ArrayDeque<>();

    World(Random random) throws Exception {
      this.random = random;
      world = new TortureWorld(agentCount);
      invariants = new Invariants(world);
      blows = blows(world, random);
      world.assignNext();
      world.converge();
      invariants.check();
    }

    @Override
    public String play(int round) throws Exception {
      String phase = next().strike();
      world.converge();
      invariants.check();
      return phase;
    }

    /// All blows in a random order, again and again.
    private Blow next() {
      if (deck.isEmpty()) {
        List<Blow> shuffled = new ArrayList<>(blows);
        Collections.shuffle(shuffled, random);
        deck.addAll(shuffled);
      }
      return deck.pop();
    }

    @Override
    public void close() throws Exception {
      rowsReadBack.addAndGet(invariants.rowsReadBack());
      world.close();
    }
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
}
