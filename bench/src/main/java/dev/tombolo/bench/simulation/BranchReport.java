package dev.tombolo.bench.simulation;

import dev.tombolo.bench.simulation.coverage.Branch;
import dev.tombolo.bench.simulation.coverage.CountedRun;
import dev.tombolo.bench.simulation.coverage.Gaps;
import dev.tombolo.bench.simulation.coverage.Gaps.Gap;
import dev.tombolo.protocol.codec.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How much of the deciders a run has seen, for people and programs.
final class BranchReport {
  private BranchReport() {}

  static String text(CountedRun run, Gaps gaps) {
    StringBuilder text = new StringBuilder();
    line(text, "%nBranches of the deciders: taken, all, share; not taken: explained, unexplained");
    for (Map.Entry<String, CountedRun.Covered> each : run.covered(gaps).entrySet()) {
      CountedRun.Covered covered = each.getValue();
      line(
          text,
          "  %-32s %5d %5d %5.1f %%  %4d %4d",
          each.getKey(),
          covered.taken(),
          covered.all(),
          covered.percent(),
          covered.explained(),
          covered.unexplained());
    }
    CountedRun.Covered all = run.covered(gaps).get("all");
    if (all != null) {
      line(text, "%nOf those that are not explained, %.1f %% are taken.", all.percentOfRest());
    }
    List<Branch> notTaken = run.notTaken();
    line(text, "%nNever taken, unexplained:");
    Map<Gap, Integer> explained = new LinkedHashMap<>();
    for (Branch branch : notTaken) {
      Optional<Gap> gap = gaps.of(branch);
      gap.ifPresent(it -> explained.merge(it, 1, Integer::sum));
      if (gap.isEmpty()) {
        line(text, "  %s", branch.text());
      }
    }
    line(text, "%nNever taken, explained:");
    explained.forEach(
        (gap, branches) ->
            line(
                text,
                "  %4d %s: %s",
                branches,
                gap.owner().isEmpty() ? "anywhere" : gap.text(),
                gap.reason()));
    for (Gap idle : gaps.idle(notTaken)) {
      line(text, "  %s explains nothing: every branch of it is taken, or it is gone", idle.text());
    }
    return text.toString();
  }

  static String json(CountedRun run, Gaps gaps) {
    List<Map.Entry<String, CountedRun.Covered>> packages =
        List.copyOf(run.covered(gaps).entrySet());
    return JsonWriter.write(
            run,
            (json, it) ->
                json.list(
                        "packages",
                        packages,
                        (each, entry) ->
                            each.text("name", entry.getKey())
                                .integer("taken", entry.getValue().taken())
                                .integer("explained", entry.getValue().explained())
                                .integer("all", entry.getValue().all()))
                    .list(
                        "notTaken",
                        it.notTaken(),
                        (each, branch) ->
                            each.text("class", branch.owner())
                                .text("method", branch.method())
                                .integer("line", branch.line())
                                .text("way", branch.way())
                                .text("why", gaps.of(branch).map(Gap::reason).orElse(null))))
        + "\n";
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
