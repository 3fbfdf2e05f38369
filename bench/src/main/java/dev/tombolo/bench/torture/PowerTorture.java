package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.LoopDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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

  @Option(names = "--rounds", defaultValue = "100", description = "cuts (${DEFAULT-VALUE})")
  int rounds;

  @Option(names = "--seed", defaultValue = "1", description = "for the moments (${DEFAULT-VALUE})")
  long seed;

  @Option(names = "--json", description = "also write the counts to this file")
  @Nullable Path json;

  private final Map<String, Integer> cuts = new TreeMap<>();

  @Override
  public Integer call() throws Exception {
    String missing = LoopDisk.missing();
    if (!missing.isEmpty()) {
      System.err.println("torture power: " + missing);
      return 1;
    }
    Random random = new Random(seed);
    long rows;
    try (TortureWorld world = new TortureWorld(AGENTS, true)) {
      Invariants invariants = new Invariants(world);
      PowerCuts power = new PowerCuts(world, invariants, random);
      world.assignNext();
      world.converge();
      invariants.check();
      for (int round = 0; round < rounds; round++) {
        try {
          long from = System.nanoTime();
          String what = power.strike(round);
          cuts.merge(what, 1, Integer::sum);
          world.converge();
          invariants.check();
          System.out.printf(
              "round %d of %d: cut %s, %.1f s%n",
              round + 1, rounds, what, (System.nanoTime() - from) / 1e9);
        } catch (IllegalStateException e) {
          throw new IllegalStateException(
              "round %d of seed %d: %s".formatted(round + 1, seed, e.getMessage()), e);
        }
      }
      rows = invariants.rowsReadBack();
    }
    System.out.printf(
        "%d cuts, %d acknowledged rows read back, all invariants held%n", rounds, rows);
    cuts.forEach((what, count) -> System.out.printf("  %-28s %5d%n", what, count));
    if (json != null) {
      List<String> counts =
          cuts.entrySet().stream()
              .map(cut -> "\"" + cut.getKey() + "\":" + cut.getValue())
              .toList();
      Files.writeString(
          json,
          "{\"rounds\":%d,\"seed\":%d,\"rowsReadBack\":%d,\"cuts\":{%s}}\n"
              .formatted(rounds, seed, rows, String.join(",", counts)));
    }
    return 0;
  }
}
