package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.LoopDisk;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Power cuts: hub and agent work on disks of their own, one of which or both stop taking writes at
/// a random moment; after the journal has been played all must converge, and the invariants hold.
@Command(
    name = "power",
    description = {
      "Cuts the power of hub, agent or both while they write; checks what must hold.",
      "The power is that of an ext4 in a file, shut down without a flush of its journal.",
      "Needs root and loop devices."
    },
    mixinStandardHelpOptions = true)
public final class PowerTorture implements Callable<Integer> {
  private static final int AGENTS = 1;

  @Mixin private final Rounds rounds = new Rounds();

  private final PhaseCounts cuts = new PhaseCounts(List.of());
  private final AtomicLong rowsReadBack = new AtomicLong();

  @Override
  public Integer call() throws Exception {
    String missing = LoopDisk.missing();
    if (!missing.isEmpty()) {
      System.err.println("torture power: " + missing);
      return 1;
    }
    rounds.play(World::new, cuts);
    System.out.printf(
        "%d cuts, %d acknowledged rows read back, all invariants held%n%s",
        rounds.done(), rowsReadBack.get(), cuts.table());
    rounds.write(cuts, "rowsReadBack", rowsReadBack.get());
    return 0;
  }

  private final class World implements Rounds.World {
    private final TortureWorld world;
    private final Invariants invariants;
    private final PowerCuts power;

    World(Random random) throws Exception {
      world = new TortureWorld(AGENTS, true);
      invariants = new Invariants(world);
      power = new PowerCuts(world, invariants, random);
      world.assignNext();
      world.converge();
      invariants.check();
    }

    @Override
    public String play(int round) throws Exception {
      String what = power.strike(round);
      world.converge();
      invariants.check();
      return what;
    }

    @Override
    public void close() throws Exception {
      rowsReadBack.addAndGet(invariants.rowsReadBack());
      world.close();
    }
  }
}
