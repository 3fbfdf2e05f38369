package dev.tombolo.bench.simulation;

import dev.tombolo.bench.Bench;
import dev.tombolo.bench.simulation.coverage.CountedRun;
import dev.tombolo.bench.simulation.coverage.Gaps;
import dev.tombolo.bench.simulation.engine.Trace;
import dev.tombolo.bench.simulation.invariant.InvariantBroken;
import dev.tombolo.bench.simulation.world.FaultKind;
import dev.tombolo.bench.simulation.world.World;
import dev.tombolo.bench.simulation.world.WorldPlan;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `./tombolo simulate`
@Command(
    name = "simulate",
    description = {
      "Plays worlds of a hub and its shops in virtual time, with every fault.",
      "The real deciders, one seed each. Ends with 0 only if every invariant held in all of them."
    },
    mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {
  private static final int LAST_EVENTS = 40;

  @Option(names = "--seeds", defaultValue = "100", description = "worlds (${DEFAULT-VALUE})")
  int seeds;

  @Option(names = "--from", defaultValue = "1", description = "first seed (${DEFAULT-VALUE})")
  long from;

  @Option(names = "--days", description = "simulated days; default: drawn by each seed, 30-90")
  @Nullable Integer days;

  @Option(names = "--agents", description = "devices; default: drawn by each seed, 5-50")
  @Nullable Integer agents;

  @Option(
      names = "--without",
      split = ",",
      paramLabel = "FAULT",
      description = "kinds of faults to leave out: line-break,power-cut,...")
  List<String> without = List.of();

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "write the whole story of the first seed, one line per event")
  @Nullable Path trace;

  @Option(
      names = "--threads",
      description = "seeds played at once; default: one per core",
      paramLabel = "N")
  @Nullable Integer threads;

  @Option(names = "--sqlite", description = "every seed on real SQLite, not one in a hundred")
  boolean isOnSqlite;

  @Option(
      names = "--brief",
      description = "of a failing seed only what it broke, and how often that took")
  boolean isBrief;

  @Option(
      names = "--coverage",
      description = "count the branches of the deciders, and list those that no world takes")
  boolean countsBranches;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "with --coverage: write the branches there, too")
  @Nullable Path json;

  @Spec
  @SuppressWarnings("NullAway.Init")
  CommandSpec spec;

  private Set<FaultKind> kindsLeftOut = Set.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (countsBranches && !CountedRun.isOn(SimulateCommand.class)) {
      return countBranches();
    }
    kindsLeftOut = kindsLeftOut();
    if (trace != null) {
      return writeTrace(trace);
    }
    Seeds run =
        new Seeds(
            from,
            seeds,
            this::planOf,
            threads == null ? Runtime.getRuntime().availableProcessors() : threads);
    Seeds.Summary summary = run.play(Progress.standard(seeds));
    if (isBrief && summary.failed().isPresent()) {
      Seeds.Failed failed = summary.failed().get();
      System.out.println(
          "seed " + (failed.plan().seed() - from + 1) + " broke " + failed.broken().getMessage());
      return 1;
    }
    System.out.print(Report.of(summary));
    if (summary.failed().isPresent()) {
      explain(summary.failed().get());
      return 1;
    }
    List<String> never = Coverage.neverHappened(summary);
    if (!never.isEmpty()) {
      System.out.println("These never happened, so the worlds are too tame: " + never);
      return 1;
    }
    return 0;
  }

  private int countBranches() throws IOException {
    CountedRun counted = new CountedRun();
    int code = counted.run(Bench.class, spec.root().commandLine().getParseResult().originalArgs());
    Gaps gaps = Gaps.read();
    System.out.print(BranchReport.text(counted, gaps));
    if (json != null) {
      Files.writeString(json, BranchReport.json(counted, gaps));
    }
    return code;
  }

  private WorldPlan planOf(long seed) {
    WorldPlan drawn =
        WorldPlan.draw(seed, Optional.ofNullable(agents), Optional.ofNullable(days), kindsLeftOut);
    return isOnSqlite ? drawn.onSqlite() : drawn;
  }

  private Set<FaultKind> kindsLeftOut() {
    Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
    for (String word : without) {
      try {
        kinds.add(FaultKind.of(word));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            spec.commandLine(), "--without " + word + ": not a kind of fault; use " + words(), e);
      }
    }
    return kinds;
  }

  private static List<String> words() {
    List<String> words = new ArrayList<>();
    for (FaultKind kind : FaultKind.values()) {
      words.add(kind.word());
    }
    return words;
  }

  private int writeTrace(Path file) throws IOException {
    WorldPlan plan = planOf(from);
    try (Writer story = Files.newBufferedWriter(file)) {
      World.Outcome outcome = new World(plan, Trace.to(story)).play();
      System.out.println(
          "seed " + from + ": " + outcome.events() + " events, all invariants held; " + file);
      return 0;
    } catch (InvariantBroken e) {
      System.out.println(e.getMessage());
      return 1;
    }
  }

  private static void explain(Seeds.Failed failed) {
    System.out.println();
    System.out.println("Seed " + failed.plan().seed() + " broke " + failed.broken().getMessage());
    Throwable cause = failed.broken().getCause();
    if (cause != null) {
      cause.printStackTrace(System.out);
    }
    Shrinking.Smallest smallest = Shrinking.shrink(failed);
    Trace told = Trace.recent();
    try {
      new World(smallest.plan(), told).play();
    } catch (InvariantBroken again) {
      System.out.println();
      System.out.println("The smallest world found that still breaks it: " + again.getMessage());
      told.lastOf(again.shop(), LAST_EVENTS).forEach(line -> System.out.println("  " + line));
    }
    System.out.println();
    System.out.println("Again:        " + Shrinking.command(failed.plan()));
    System.out.println("The smallest: " + Shrinking.command(smallest.plan()));
  }
}
