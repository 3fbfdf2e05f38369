package dev.tombolo.bench.simulation;

import dev.tombolo.bench.simulation.coverage.Branch;
import dev.tombolo.bench.simulation.coverage.CountedRun;
import dev.tombolo.protocol.codec.JsonWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How much of the deciders a run has seen, for people and programs.
final class BranchReport {
  private BranchReport() {}

  static String text(CountedRun run) {
    StringBuilder text = new StringBuilder();
    line(text, "%nBranches of the deciders: taken, all, share; not taken that only a bug can take");
    for (Map.Entry<String, CountedRun.Covered> each : run.covered().entrySet()) {
      CountedRun.Covered covered = each.getValue();
      line(
          text,
          "  %-32s %5d %5d %5.1f %%  %4d",
          each.getKey(),
          covered.taken(),
          covered.all(),
          covered.percent(),
          covered.forBugs());
    }
    line(text, "%nNever taken (! only by a bug):");
    for (Branch branch : run.notTaken()) {
      line(text, "  %s %s", branch.isForBugs() ? "!" : " ", branch.text());
    }
    return text.toString();
  }

  static String json(CountedRun run) {
    List<Map.Entry<String, CountedRun.Covered>> packages = List.copyOf(run.covered().entrySet());
    return JsonWriter.write(
            run,
            (json, it) ->
                json.list(
                        "packages",
                        packages,
                        (each, entry) ->
                            each.text("name", entry.getKey())
                                .integer("taken", entry.getValue().taken())
                                .integer("all", entry.getValue().all())
                                .integer("forBugs", entry.getValue().forBugs()))
                    .list(
                        "notTaken",
                        it.notTaken(),
                        (each, branch) ->
                            each.text("class", branch.owner())
                                .text("method", branch.method())
                                .integer("line", branch.line())
                                .text("way", branch.way())
                                .yes("forBugs", branch.isForBugs())))
        + "\n";
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
